#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bottling line's log, forecast hour by hour and day by day."""
import scored


class BottlingLog(scored.Scored):
    log, program = "bottling", "bottling_log/bottling_log"

    def test_every_point_is_forecast(self):
        self.assert_complete()

    def test_an_hour_with_a_plan_is_told_to_115_bottles(self):
        self.assertLessEqual(self.scores["hour_plan"].MAE, 115)

    def test_the_next_hour_surely_beats_the_naive_forecast(self):
        self.assertTrue(self.scores["hour_next"].sure)

    def test_bands_of_nine_in_ten_hold_about_nine_in_ten(self):
        for target in ("hour_plan", "hour_next"):
            with self.subTest(target=target):
                self.assert_band_holds(target)


if __name__ == "__main__":
    scored.main("bottling_line")
