// SPDX-License-Identifier: Apache-2.0
#include "sync/reconcile.hpp"

#include <Eigen/QR>

namespace takt::detail {

Eigen::VectorXd reconcile(const Eigen::VectorXd& z, const Eigen::VectorXd& variance, const Eigen::MatrixXd& a,
                          const Eigen::VectorXd& b) {
  const Eigen::MatrixXd av = a * variance.asDiagonal();
  const Eigen::MatrixXd gram = av * a.transpose();
  return z - av.transpose() * gram.completeOrthogonalDecomposition().solve(a * z - b);
}

}  // namespace takt::detail
