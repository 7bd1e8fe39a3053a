#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The job shop's log, forecast at the dates of the protocol."""
import scored


class JobShop(scored.Scored):
    log, program = "shop", "job_shop/job_shop"

    def test_every_point_is_forecast(self):
        self.assert_complete()

    def test_what_orders_have_left_is_known_within_eight_days(self):
        self.assertLessEqual(self.scores["remaining_log"].MAE, 8.0)

    def test_the_forecast_is_sharper_than_the_naive_one_with_its_errors_known_in_hindsight(self):
        self.assertLess(self.scores["remaining_log"].CRPS, 4.2)
        for target in self.scores:
            with self.subTest(target=target):
                self.assertLess(self.scores[target].CRPS, self.scores[target].dressedCRPS)

    def test_bands_of_nine_in_ten_hold_about_nine_in_ten(self):
        for target in self.scores:
            with self.subTest(target=target):
                self.assert_band_holds(target)


if __name__ == "__main__":
    scored.main("production_4tu")
