#!/usr/bin/env python3
"""Prints what bench_stores measured as one table: operations a second, a row for each store; the median of repetitions."""

import json
import statistics
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)

runs = {}
for run in report["benchmarks"]:
    if run.get("aggregate_name", "median") == "median":
        runs.setdefault(run["run_name"], []).append(run["items_per_second"])

tables = {}
for name, rates in runs.items():
    what, store, size = name.split("/")[:3]
    tables.setdefault(what, {}).setdefault(store, {})[int(size)] = statistics.median(rates)

for what, rows in tables.items():
    sizes = sorted({size for row in rows.values() for size in row})
    print(f"{what:<16}" + "".join(f"{size:>12,}" for size in sizes))
    for store, row in rows.items():
        print(f"  {store:<14}" + "".join(f"{row[size]:>12,.0f}" if size in row else f"{'':>12}" for size in sizes))
