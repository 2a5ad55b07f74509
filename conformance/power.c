/* SPDX */
#include "check.h"
const struct check power_checks[] = {{0}};
