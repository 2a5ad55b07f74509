/* SPDX */
#include "check.h"
const struct check removal_checks[] = {{0}};
