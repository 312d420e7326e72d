/* Makes one allocation of the whole process fail, chosen by its number. Under a sanitizer, which has a malloc of its
 * own, those of C++ alone; else every one, those of SQLite and of the C library included. */
#ifndef BESPOKE_TESTS_CAPI_FAILING_ALLOCATIONS_H
#define BESPOKE_TESTS_CAPI_FAILING_ALLOCATIONS_H

/* From now on the `number`-th allocation fails, counted from 1, and the `more` that come after it. 0: none. */
void fail_allocation(long number, long more);

/* Allocations since then. */
long allocations_made(void);

#endif
