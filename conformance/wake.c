/* SPDX */
#include "check.h"
const struct check wake_checks[] = {{0}};
