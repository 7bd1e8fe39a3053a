// SPDX-License-Identifier: Apache-2.0
// A Gaussian process through noisy values (Rasmussen & Williams 2006, chapters 2 and 5; with the noise of each value
// known: Ankenman, Nelson & Staum 2010).
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace takt::detail {

/// A place: variables scaled to [0, 1]; those marked as choices are equal or not.
struct Places {
  Eigen::MatrixXd at;             ///< [place][variable]
  std::vector<char> is_choice{};  ///< by variable
};

class GaussianProcess {
 public:
  /// Lengths of the kernel by variable and its deviation, found by maximum likelihood, or those of an earlier fit.
  struct Kernel {
    std::vector<double> lengths{};
    double deviation = 1.0;
  };

  /// `noise`: the standard error of each value.
  GaussianProcess(Places places, const Eigen::VectorXd& values, const Eigen::VectorXd& noise);
  void fit();
  void use(const Kernel& kernel);
  const Kernel& kernel() const { return kernel_; }

  struct Prediction {
    double mean, deviation;
  };
  Prediction at(const Eigen::VectorXd& place) const;

 private:
  double covariance(const Eigen::VectorXd& a, const Eigen::VectorXd& b) const;
  double log_likelihood();  ///< of the kernel as it is; factorises

  Places places_;
  Eigen::VectorXd values_, noise_;  ///< standardised
  double shift_ = 0.0, scale_ = 1.0;
  Kernel kernel_;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd weights_;
  double level_ = 0.0;
};

}  // namespace takt::detail
