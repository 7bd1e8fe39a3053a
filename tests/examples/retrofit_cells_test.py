#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The retrofitted machines' rows, forecast hour by hour."""
import scored


class RetrofitCells(scored.Scored):
    log, program = "sme", "retrofit_cells/retrofit_cells"

    def test_every_point_is_forecast(self):
        self.assert_complete()

    def test_a_machine_at_work_surely_beats_the_naive_forecast(self):
        self.assertTrue(self.scores["items_live"].sure)

    def test_bands_of_nine_in_ten_hold_about_nine_in_ten(self):
        for target in self.scores:
            with self.subTest(target=target):
                self.assert_band_holds(target)

    def test_the_method_is_as_sharp_as_when_it_was_measured(self):
        self.assertLess(self.scores["items_live"].CRPS, 3.6)
        self.assertLess(self.scores["items_idle"].CRPS, 2.1)


if __name__ == "__main__":
    scored.main("sme_retrofit")
