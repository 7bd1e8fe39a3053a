// SPDX-License-Identifier: Apache-2.0
// Files of HDF5 that could not be written to their end.
//
// HDF5 1.10 crashes at the exit of the program where it could not write to the end what it closes: what it frees on the
// way is freed again. A file that cannot be written (a full disk) is therefore given a descriptor that takes everything
// before it is closed. The file itself stays as it was flushed last, as if its writer had been killed.
#pragma once

namespace takt::io::detail {

/// What is written to the descriptor from now on goes nowhere.
void let_go_of(int descriptor);

/// It could not be written when it was tried last: if nobody has closed it when the program ends, it is let go of then,
/// before HDF5 closes it. Thread-safe.
void note_unwritten(int descriptor);
/// It was written since, or is about to be closed. Thread-safe.
void note_written(int descriptor);

}  // namespace takt::io::detail
