// SPDX-License-Identifier: Apache-2.0
// The verdict of a twin stands with the Present, which carries it.
#pragma once

#include "takt/engine/verdict.hpp"
