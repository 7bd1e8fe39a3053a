// SPDX-License-Identifier: Apache-2.0
// takt built without MPI.
#include "takt/core/error.hpp"
#include "takt/io/mpi/ranks.hpp"

namespace takt::io {

struct Ranks::Impl {};

Ranks::Ranks() { throw Error("this takt was built without MPI (TAKT_MPI=OFF)"); }
Ranks::~Ranks() = default;
int Ranks::rank() const { return 0; }
int Ranks::size() const { return 1; }
int Ranks::lost() const { return 0; }
void Ranks::run(const PreparedPlan&, const std::vector<TaskRange>&, unsigned, const std::stop_token&,
                const std::function<void(Rows)>&) {}
void Ranks::serve() {}

}  // namespace takt::io
