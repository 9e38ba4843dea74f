"""Prices the year of crates/checks/src/year.rs with NREL's Utilityrate5 and says how long it took.

One line for each tariff and length of interval: its name, the minutes, the median nanoseconds of
one execute, and the twelve bills in millionths of a dollar. `cargo xtask bench peers` reads them.
"""

import gc
import statistics
import time

import PySAM.Utilityrate5 as utilityrate

# How long each case is repeated, and how often at least.
SECONDS = 0.3
TIMES = 25

# ---- the load: the same whole numbers as in year.rs

SHAPE_WH = [
    4000, 3800, 3700, 3700, 3900, 4600, 6200, 9100, 13200, 15800, 17100, 17900,
    18300, 18600, 18900, 18700, 17800, 16100, 13000, 10200, 8100, 6500, 5300, 4500,
]


def load_kw(per_hour):
    """Mean kW of each interval of 2018, which begins on a Monday."""
    values = []
    for index in range(365 * 24 * per_hour):
        day, hour = index // (24 * per_hour), index // per_hour % 24
        share = 55 if 5 <= day % 7 else 100
        season = (200 - abs(day - 196)) * 30
        noise = (index * 2654435761 % 2**32 // 65536) % 1500
        wh = (SHAPE_WH[hour] * share // 100 + season + noise) // per_hour
        values.append(wh * per_hour / 1000)
    return values


# ---- the tariffs

OPEN = 1e38
OFF_PEAK, SUMMER_PEAK, SUMMER_SHOULDER, WINTER_PEAK = 1, 2, 3, 4


def weekday(month, hour):
    """The period of an hour of a weekday; month and hour count from zero."""
    if 5 <= month <= 8:
        if 14 <= hour < 20:
            return SUMMER_PEAK
        return SUMMER_SHOULDER if 7 <= hour < 14 or 20 <= hour < 22 else OFF_PEAK
    return WINTER_PEAK if 6 <= hour < 10 or 17 <= hour < 21 else OFF_PEAK


WEEKDAYS = [[weekday(month, hour) for hour in range(24)] for month in range(12)]
ALWAYS = [[1] * 24 for _ in range(12)]


def ladders(*periods):
    """Rows of period, tier, upper bound, kWh as its unit, price, price of what is sold."""
    return [
        [period, tier, bound, 0, price, 0]
        for period, ladder in enumerate(periods, 1)
        for tier, (price, bound) in enumerate(ladder, 1)
    ]


def by_hours(rate, energy):
    rate.ur_ec_sched_weekday = WEEKDAYS
    rate.ur_ec_sched_weekend = ALWAYS
    rate.ur_ec_tou_mat = energy


def flat(rate):
    rate.ur_monthly_fixed_charge = 12
    rate.ur_ec_tou_mat = ladders([(0.1168, OPEN)])


def tiered(rate):
    rate.ur_monthly_fixed_charge = 12
    rate.ur_ec_tou_mat = ladders([(0.0894, 2500), (0.1061, 6000), (0.1287, OPEN)])


def tou(rate):
    rate.ur_monthly_fixed_charge = 12
    prices = 0.0721, 0.2861, 0.1342, 0.1187
    by_hours(rate, ladders(*([(price, OPEN)] for price in prices)))


def tou_demand(rate):
    rate.ur_monthly_fixed_charge = 28
    prices = (0.0521, 0.0611), (0.1861, 0.2061), (0.0942, 0.1042), (0.0887, 0.0987)
    by_hours(rate, ladders(*([(low, 6000), (high, OPEN)] for low, high in prices)))
    rate.ur_dc_enable = 1
    # Month from zero, tier, upper bound, price of a kW.
    rate.ur_dc_flat_mat = [[month, 1, OPEN, 6.4] for month in range(12)]
    rate.ur_dc_sched_weekday = WEEKDAYS
    rate.ur_dc_sched_weekend = ALWAYS
    rate.ur_dc_tou_mat = [[n, 1, OPEN, it] for n, it in enumerate((1.25, 4.1, 2.35, 3.05), 1)]


# Under net metering (0) Utilityrate5 adds a month up before it climbs the tiers and shares them over
# the periods; under net billing (2) it climbs hour by hour, in the order of time. Nothing is sent
# back here, so that the option says no more than this. Where the tiers do not tell them apart, it
# is given the one that is quicker for it.
NET_METERING, NET_BILLING = 0, 2
TARIFFS = [
    ("flat", flat, NET_METERING),
    ("tiered", tiered, NET_METERING),
    ("tou", tou, NET_METERING),
    ("tou-demand", tou_demand, NET_BILLING),
    ("tou-demand-pro-rata", tou_demand, NET_METERING),
]


def model(tariff, option, load):
    """Utilityrate5 with a year of load, one year of analysis and no generation."""
    it = utilityrate.new()
    it.Lifetime.analysis_period = 1
    it.Lifetime.inflation_rate = 0
    it.Lifetime.system_use_lifetime_output = 0
    it.SystemOutput.degradation = [0]
    it.SystemOutput.gen = [0] * len(load)
    it.Load.load = load
    it.Load.load_escalation = [0]
    rate = it.ElectricityRates
    rate.en_electricity_rates = 1
    rate.rate_escalation = [0]
    rate.ur_metering_option = option
    rate.ur_monthly_min_charge = 0
    rate.ur_annual_min_charge = 0
    rate.ur_nm_yearend_sell_rate = 0
    rate.ur_nm_credit_month = 11
    rate.ur_nm_credit_rollover = 0
    rate.ur_nb_credit_expire = 0
    rate.ur_nb_apply_credit_current_month = 1
    rate.ur_sell_eq_buy = 0
    rate.ur_en_ts_buy_rate = 0
    rate.ur_en_ts_sell_rate = 0
    rate.ur_enable_billing_demand = 0
    rate.TOU_demand_single_peak = 0
    rate.ur_dc_enable = 0
    rate.ur_ec_sched_weekday = ALWAYS
    rate.ur_ec_sched_weekend = ALWAYS
    tariff(rate)
    return it


def median_ns(it):
    """Of `execute` alone: what is set before it and read after it is not counted.

    It is the time for which the thread had a processor. By the clock on the wall a busy machine
    made a year of quarter-hours eight times as slow as it is, while ours, a hundred times shorter,
    ended before its turn did.
    """
    it.execute(0)
    taken = []
    until = time.perf_counter() + SECONDS
    while len(taken) < TIMES or time.perf_counter() < until:
        began = time.thread_time_ns()
        it.execute(0)
        taken.append(time.thread_time_ns() - began)
    return int(statistics.median(taken))


def main():
    gc.disable()
    for per_hour in (1, 4):
        load = load_kw(per_hour)
        for name, tariff, option in TARIFFS:
            it = model(tariff, option, load)
            taken = median_ns(it)
            bills = [round(bill * 1e6) for bill in it.Outputs.year1_monthly_utility_bill_wo_sys]
            print(name, 60 // per_hour, taken, *bills, flush=True)


main()
