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
#include "power.h"
#include "removal.h"
#include "verbs.h"
#include "wakes.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SCHEDULES
#define SCHEDULES 250 /* of each scenario */
#endif
#define LANES 2

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

    /* A controller that sleeps. */
    {"sleeping-events",
     register_common,
     {register_and_unregister, register_and_unregister, stop_and_start, suspend_and_resume},
     give_common_back},
    {"sleeping-engines",
     NULL,
     {live_with_an_engine, live_with_an_engine, live_with_an_engine, suspend_and_resume},
     engines_are_all_back},
    {"sleeping-anything",
     start_shared,
     {do_anything, do_anything, do_anything, suspend_and_resume},
     give_shared_back},
    {"sleeping-verbs",
     start_shared,
     {ask_in_both_ways, ask_in_both_ways, ask_in_both_ways, suspend_and_resume},
     give_shared_back},
    {"sleeping-leaving",
     NULL,
     {come_and_leave, come_and_leave, ask_in_both_ways, suspend_and_resume},
     engines_are_all_back},
    {"sleeping-stopping",
     NULL,
     {leave_everything, leave_everything, called_leave_everything, suspend_and_leave},
     all_calls_are_completed},
    {"sleeping-callbacks",
     called_begin,
     {called_register_and_unregister, called_come_and_leave, called_stop_and_start, suspend_and_resume},
     called_end},
    {"sleeping-isr",
     NULL,
     {called_live_with_an_isr, called_live_with_an_isr, called_live_with_an_isr, suspend_and_resume},
     engines_are_all_back},
    {"sleeping-setups",
     called_begin_bdl,
     {called_allocate_and_free, called_set_up_and_run, called_set_up_and_run, suspend_and_resume},
     called_end_bdl},
    {"sleeping-unsolicited", NULL, {listen_to_jacks, listen_to_jacks, move_jacks, suspend_and_resume}, NULL},
    {"wakes", NULL, {want_wakes, want_wakes, ask_in_both_ways, sleep_and_be_woken}, all_wakes_are_over},

    /* A controller that is pulled out. */
    {"pulled-events",
     register_common,
     {register_and_unregister, register_and_unregister, stop_and_start, pull_out_awake},
     give_common_back},
    {"pulled-waiting", wait_begin, {wait_and_stop, wait_and_stop, wait_and_stop, pull_out_awake}, wait_end},
    {"pulled-engines",
     NULL,
     {live_with_an_engine, live_with_an_engine, live_with_an_engine, pull_out_awake},
     engines_are_all_back},
    {"pulled-anything",
     start_shared,
     {do_anything, do_anything, do_anything, pull_out_awake},
     give_shared_back},
    {"pulled-verbs",
     start_shared,
     {ask_in_both_ways, ask_in_both_ways, ask_in_both_ways, pull_out_awake},
     give_shared_back},
    {"pulled-leaving",
     NULL,
     {come_and_leave, come_and_leave, ask_in_both_ways, pull_out_awake},
     engines_are_all_back},
    {"pulled-stopping",
     NULL,
     {leave_everything, leave_everything, called_leave_everything, pull_out_and_leave},
     all_calls_are_completed},
    {"pulled-callbacks",
     called_begin,
     {called_register_and_unregister, called_come_and_leave, called_stop_and_start, pull_out_awake},
     called_end},
    {"pulled-isr",
     NULL,
     {called_live_with_an_isr, called_live_with_an_isr, called_live_with_an_isr, pull_out_awake},
     engines_are_all_back},
    {"pulled-setups",
     called_begin_bdl,
     {called_allocate_and_free, called_set_up_and_run, called_set_up_and_run, pull_out_awake},
     called_end_bdl},
    {"pulled-unsolicited", NULL, {listen_to_jacks, listen_to_jacks, move_jacks, pull_out_awake}, NULL},

    /* Both. */
    {"pulled-sleeping",
     NULL,
     {live_with_an_engine, ask_in_both_ways, suspend_and_resume, pull_out},
     engines_are_all_back},
    {"pulled-wakes", NULL, {want_wakes, want_wakes, sleep_and_be_woken, pull_out}, all_wakes_are_over},
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

/* As many schedules are played at a time, each on a processor of its own. */
static struct totals *lanes;
static pid_t children[LANES];

static _Noreturn void play_and_exit(const struct scenario *scenario, uint64_t seed, unsigned lane)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(crashes); i++)
        sigaction(crashes[i], &crash_actions[i], NULL);
    totals = &lanes[lane];
    _exit(arena_run(scenario, seed, lane) ? 0 : 1);
}

/* A process of its own: time begins at 0 in it. */
static void begin(const struct scenario *scenario, uint64_t seed, unsigned lane)
{
    fflush(stdout);
    children[lane] = fork();
    if (children[lane] == 0)
        play_and_exit(scenario, seed, lane);
}

/* Whether nothing was wrong. */
static bool end(unsigned lane)
{
    pid_t child = children[lane];
    int status;

    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void holds_in_every_schedule(void **state)
{
    const struct scenario *scenario = *state;
    uint64_t failed = 0;

    for (uint64_t seed = 1; seed <= SCHEDULES && failed == 0; seed += LANES) {
        for (unsigned lane = 0; lane < LANES; lane++)
            begin(scenario, seed + lane, lane);
        for (unsigned lane = LANES; lane-- > 0;)
            failed = end(lane) ? failed : seed + lane;
    }
    if (failed > 0)
        fail_msg("seed %u; once more: %s %s %u", (unsigned)failed, program, scenario->name, (unsigned)failed);
}

static uint64_t trace_of(const struct scenario *scenario, uint64_t seed)
{
    begin(scenario, seed, 0);
    assert_true(end(0));
    return lanes[0].trace;
}

static void a_seed_decides_all_that_a_schedule_does(void **state)
{
    uint64_t trace;

    (void)state;
    for (unsigned i = 0; i < RTL_NUMBER_OF(scenarios); i++) {
        trace = trace_of(&scenarios[i], 5 + i);
        assert_true(trace_of(&scenarios[i], 5 + i) == trace);
        assert_true(trace_of(&scenarios[i], 6 + i) != trace);
    }
}

static struct totals sum_totals(void)
{
    struct totals sum = {0};

    for (unsigned lane = 0; lane < LANES; lane++) {
        sum.signals += lanes[lane].signals;
        sum.callbacks += lanes[lane].callbacks;
        sum.calls += lanes[lane].calls;
        sum.responses += lanes[lane].responses;
        sum.sleeps += lanes[lane].sleeps;
        sum.wakes += lanes[lane].wakes;
        sum.removals += lanes[lane].removals;
        sum.points += lanes[lane].points;
    }
    return sum;
}

static void print_totals(void)
{
    struct totals sum = sum_totals();

    print_message("%u points, %u signals, %u callbacks, %u calls, %u unsolicited responses, %u sleeps, "
                  "%u wakes, %u removals\n",
                  (unsigned)sum.points, (unsigned)sum.signals, (unsigned)sum.callbacks, (unsigned)sum.calls,
                  (unsigned)sum.responses, (unsigned)sum.sleeps, (unsigned)sum.wakes, (unsigned)sum.removals);
}

/* Or else there was nothing to race with. */
static void there_was_something_to_race_with(void **state)
{
    struct totals sum = sum_totals();

    (void)state;
    print_totals();
    assert_true(sum.signals > SCHEDULES);
    assert_true(sum.callbacks > SCHEDULES);
    assert_true(sum.calls > SCHEDULES);
    assert_true(sum.responses > SCHEDULES);
    assert_true(sum.sleeps > SCHEDULES);
    assert_true(sum.wakes > SCHEDULES);
    assert_true(sum.removals > SCHEDULES);
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
    totals = &lanes[0];
    good = arena_run(scenario, strtoull(seed, NULL, 0), 0);
    print_totals();
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[RTL_NUMBER_OF(scenarios) + 2];
    size_t count = 0;

    program = argv[0];
    lanes = mmap(NULL, LANES * sizeof(*lanes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lanes == MAP_FAILED)
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
