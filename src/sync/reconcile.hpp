// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace takt::detail {

/// The x nearest to the measurements z (weighted by 1/variance) with A x = b: x = z - V A' (A V A')^-1 (A z - b).
/// Data reconciliation, Kuehn & Davidson 1961. Rows of A must be independent.
Eigen::VectorXd reconcile(const Eigen::VectorXd& z, const Eigen::VectorXd& variance, const Eigen::MatrixXd& a,
                          const Eigen::VectorXd& b);

}  // namespace takt::detail
