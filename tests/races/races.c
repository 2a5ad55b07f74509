/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * races.c - clients' threads against each other and against the interrupts of running engines, in many
 * schedules each.
 *
 *     test-races SCENARIO SEED
 *
 * plays one schedule again, in a process that a debugger can be put on.
 */
#include "arena.h"
#include "called.h"
#include "engines.h"
#include "leaving.h"
#include "verbs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEDULES 250 /* of each scenario */

struct totals *totals;

/* ---- Scenarios ----------------------------------------------------------------------------------- */

static const struct scenario scenarios[] = {
    {"events",
     register_common,
     {register_and_unregister, register_and_unregister, register_and_unregister, stop_and_start},
     give_common_back},
    {"engines",
     NULL,
     {live_with_an_engine, live_with_an_engine, live_with_an_engine, live_with_an_engine},
     engines_are_all_back},
    {"anything", start_shared, {do_anything, do_anything, do_anything, do_anything}, give_shared_back},
    {"verbs",
     start_shared,
     {ask_in_both_ways, ask_in_both_ways, ask_in_both_ways, register_and_unregister},
     give_shared_back},
    {"leaving",
     NULL,
     {come_and_leave, come_and_leave, ask_in_both_ways, live_with_an_engine},
     engines_are_all_back},
    {"stopping",
     NULL,
     {leave_everything, leave_everything, leave_everything, leave_everything},
     all_calls_are_completed},
    {"callbacks",
     called_begin,
     {called_register_and_unregister, called_register_and_unregister, called_come_and_leave,
      called_stop_and_start},
     called_end},
    {"isr",
     NULL,
     {called_live_with_an_isr, called_live_with_an_isr, called_live_with_an_isr, called_come_and_leave},
     engines_are_all_back},
    {"setups",
     called_begin_bdl,
     {called_allocate_and_free, called_set_up_and_run, called_set_up_and_run, called_set_up_and_run},
     called_end_bdl},
    {"stopping-callers",
     NULL,
     {called_leave_everything, called_leave_everything, called_leave_everything, called_leave_everything},
     NULL},
    {"unsolicited", NULL, {listen_to_jacks, listen_to_jacks, listen_to_jacks, move_jacks}, NULL},
};

static const char *program;

/* What a crash does before cmocka makes a failed test of it, which only the parent may go on from. */
static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
static struct sigaction crash_actions[RTL_NUMBER_OF(crashes)];

static void save_crash_actions(void)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(crashes); i++)
        sigaction(crashes[i], NULL, &crash_actions[i]);
}

static _Noreturn void play_and_exit(const struct scenario *scenario, uint64_t seed)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(crashes); i++)
        sigaction(crashes[i], &crash_actions[i], NULL);
    _exit(arena_run(scenario, seed) ? 0 : 1);
}

/* A process of its own: time begins at 0 in it. */
static bool plays(const struct scenario *scenario, uint64_t seed)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child == 0)
        play_and_exit(scenario, seed);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void holds_in_every_schedule(void **state)
{
    const struct scenario *scenario = *state;

    for (uint64_t seed = 1; seed <= SCHEDULES; seed++) {
        if (!plays(scenario, seed))
            fail_msg("seed %u; once more: %s %s %u", (unsigned)seed, program, scenario->name, (unsigned)seed);
    }
}

static void a_seed_decides_all_that_a_schedule_does(void **state)
{
    uint64_t trace;

    (void)state;
    for (unsigned i = 0; i < RTL_NUMBER_OF(scenarios); i++) {
        assert_true(plays(&scenarios[i], 5 + i));
        trace = totals->trace;
        assert_true(plays(&scenarios[i], 5 + i));
        assert_true(totals->trace == trace);
        assert_true(plays(&scenarios[i], 6 + i));
        assert_true(totals->trace != trace);
    }
}

static void print_totals(void)
{
    print_message("%u points, %u signals, %u callbacks, %u calls, %u unsolicited responses\n",
                  (unsigned)totals->points, (unsigned)totals->signals, (unsigned)totals->callbacks,
                  (unsigned)totals->calls, (unsigned)totals->responses);
}

/* Or else there was nothing to race with. */
static void there_was_something_to_race_with(void **state)
{
    (void)state;
    print_totals();
    assert_true(totals->signals > SCHEDULES);
    assert_true(totals->callbacks > SCHEDULES);
    assert_true(totals->calls > SCHEDULES);
    assert_true(totals->responses > SCHEDULES);
}

static const struct scenario *find_scenario(const char *name)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(scenarios); i++) {
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    }
    return NULL;
}

static int play_again(const char *name, const char *seed)
{
    const struct scenario *scenario = find_scenario(name);
    bool good;

    if (scenario == NULL) {
        fprintf(stderr, "no scenario is called %s\n", name);
        return 2;
    }
    good = arena_run(scenario, strtoull(seed, NULL, 0));
    print_totals();
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[RTL_NUMBER_OF(scenarios) + 2];
    size_t count = 0;

    program = argv[0];
    totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED)
        return 2;
    if (argc == 3)
        return play_again(argv[1], argv[2]);
    save_crash_actions();
    for (; count < RTL_NUMBER_OF(scenarios); count++)
        tests[count] = (struct CMUnitTest){scenarios[count].name, holds_in_every_schedule, NULL, NULL,
                                           (void *)(uintptr_t)&scenarios[count]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_seed_decides_all_that_a_schedule_does);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(there_was_something_to_race_with);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
