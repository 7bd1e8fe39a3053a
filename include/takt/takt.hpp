// SPDX-License-Identifier: Apache-2.0
// Everything a program that uses takt needs, but for observers of its own (takt/engine/advance_observed.hpp) and live
// streams (takt/io/live/stream.hpp).
#pragma once

#include "takt/core/quantity.hpp"
#include "takt/engine/advance.hpp"
#include "takt/engine/ensemble.hpp"
#include "takt/engine/explain.hpp"
#include "takt/engine/state_bytes.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/timeline.hpp"
#include "takt/kpi/kpis.hpp"
#include "takt/kpi/time_elements.hpp"
#include "takt/plant/builder.hpp"
#include "takt/report/results.hpp"
#include "takt/report/tables.hpp"
#include "takt/study/study.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/twin.hpp"
#include "takt/topology/capacity.hpp"
#include "takt/topology/critical_path.hpp"
#include "takt/topology/cut_off.hpp"
#include "takt/topology/cycles.hpp"
#include "takt/topology/drawing.hpp"
#include "takt/topology/findings.hpp"
