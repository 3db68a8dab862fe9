"""The texts for what can be wrong with a file of interval data, and for what looks wrong in its series."""

from portal.problems import ProblemKind, register

_KINDS = "CSV (.csv, .csv.gz), Parquet (.parquet) or, for small files, Excel (.xlsx)"

register(
    ProblemKind(
        "INTERVAL_FILE_TYPE",
        "Wrong type of file",
        "{name} is no kind of interval file that can be read.",
        f"Send {_KINDS}.",
    ),
    ProblemKind(
        "INTERVAL_FILE_UNREADABLE",
        "Cannot be read",
        "The file cannot be read: {reason}",
        "Export it again and upload the new file.",
    ),
    ProblemKind(
        "INTERVAL_FILE_TOO_LONG",
        "Too large",
        "The file is too large: {reason}",
        "Split it, for example by month, and upload the parts.",
    ),
    ProblemKind(
        "INTERVAL_LINK_EXPIRED",
        "Link expired",
        "This link has expired: it works for {minutes} minutes.",
        "Request a new one from the API.",
    ),
    ProblemKind(
        "INTERVAL_INGEST_STOPPED",
        "Stopped",
        "The file could not be read or stored to its end, because of a fault of ours.",
        "Upload the same file again. What was stored from it stays and is not counted twice.",
    ),
    ProblemKind(
        "INTERVAL_NO_GOOD_ROWS",
        "Nothing to keep",
        "This file has no good rows that are not stored yet.",
        "Mend the file and upload it again.",
    ),
    ProblemKind(
        "INTERVAL_COLUMN_UNKNOWN",
        "Column not used",
        "The column {value} is not one that interval data has. It was left out.",
        "Nothing to do, unless its name is misspelt.",
    ),
    ProblemKind(
        "INTERVAL_ROWS_REPEATED",
        "Rows repeated",
        "{count} rows are in the file again with the same values. Each was counted once.",
        "Nothing to do.",
    ),
    ProblemKind(
        "INTERVAL_POWER_AS_ENERGY",
        "Looks like kW",
        "The values of meter {meter} look like power in kW, not energy in kWh: {share}% of them are more than its "
        "{capacity} kW can move in a quarter-hour.",
        "Divide kW by 4 to get the kWh of a quarter-hour, and upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_WATT_HOURS",
        "Looks like Wh",
        "The values of meter {meter} look like Wh, not kWh: {share}% of them are far more than {limit} kWh in a "
        "quarter-hour.",
        "Divide Wh by 1,000, and upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_BEYOND_CAPACITY",
        "More than its capacity",
        "Meter {meter} has {count} quarter-hours with more energy than its {capacity} kW can move, the first at "
        "{start}.",
        "Check these values with the device.",
    ),
    ProblemKind(
        "INTERVAL_FLAT",
        "Flat line",
        "Meter {meter} has the same value, {value} kWh, for {hours} hours from {start}.",
        "Check whether the device was offline and its last value was repeated.",
    ),
    ProblemKind(
        "INTERVAL_SIGN",
        "Wrong sign",
        "Nearly all net values of meter {meter} are negative. Net is what was consumed minus what was generated.",
        "If it is the other way round in your export, change the sign and upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_CLOCK",
        "Clock looks shifted",
        "The generation of meter {meter} is highest around {hour} local time, as if its clock were {hours} hours off.",
        "Check that the times are in UTC.",
    ),
    ProblemKind(
        "INTERVAL_LOCAL_TIME",
        "Looks like local time",
        "The times of meter {meter} look like local times: they lack the hour that clocks skipped on {day} in {zone}.",
        "Write the times in UTC, and upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_COPIED",
        "Same values as another meter",
        "Meters {meter} and {other} have the same {count} values.",
        "Check that each device sends its own data.",
    ),
)

# What is wrong with single rows: the published codes of interval-data-upload. A row's own message says what it has.
register(
    ProblemKind(
        "UNCATEGORISED",
        "Cannot be used",
        "The row cannot be used.",
        "Read the message of the row, and mend what it names. Of lines that contradict each other, delete all but one.",
    ),
    ProblemKind(
        "LIN_0001",
        "Line too short",
        "The line has fewer values than the header has columns.",
        "Write every column, with nothing between the separators where a value is missing.",
    ),
    ProblemKind(
        "MTR_0001",
        "No meter IDs",
        "The column meter_id is missing.",
        "Add meter_id with the Leap meter ID. The export of your meters has them.",
    ),
    ProblemKind(
        "MTR_0002",
        "Meter ID unreadable",
        "The meter_id is no ID.",
        "Write the Leap meter ID, such as 0192f7a1-5b1c-7c3e-9d4f-2a6b8c0d1e2f, not your own reference.",
    ),
    ProblemKind(
        "MTR_0003",
        "Unknown meter",
        "The meter_id belongs to none of your meters.",
        "Compare it with the export of your meters, and create the meter first if it is new.",
    ),
    ProblemKind(
        "STM_0001",
        "No start times",
        "The interval_start_time_utc is missing.",
        "Add it: the start in UTC, such as 2026-07-01T00:00:00Z.",
    ),
    ProblemKind(
        "STM_0002",
        "Start time unreadable",
        "The interval_start_time_utc is no time.",
        "Write the start in UTC, such as 2026-07-01T00:00:00Z.",
    ),
    ProblemKind(
        "STM_0003",
        "Start time off",
        "The interval_start_time_utc is in the future, or no quarter-hour begins at it.",
        "Let each interval begin at :00, :15, :30 or :45, and send it when it is over.",
    ),
    ProblemKind(
        "ETM_0001",
        "No end times",
        "The interval_end_time_utc is missing.",
        "Add it: the end in UTC, such as 2026-07-01T00:15:00Z.",
    ),
    ProblemKind(
        "ETM_0002",
        "End time unreadable",
        "The interval_end_time_utc is no time.",
        "Write the end in UTC, such as 2026-07-01T00:15:00Z.",
    ),
    ProblemKind(
        "ETM_0003",
        "End time off",
        "The interval_end_time_utc is in the future, or no quarter-hour ends at it.",
        "Let each interval end at :00, :15, :30 or :45, and send it when it is over.",
    ),
    ProblemKind(
        "DTR_0003",
        "Not 15 minutes",
        "The interval is not 15 minutes long.",
        "Split or add up your readings into quarter-hours.",
    ),
    ProblemKind(
        "GEN_0002", "Generation is no number", "The energy_generated_kwh is no number.", "Write kWh, such as 1.25."
    ),
    ProblemKind(
        "GEN_0003",
        "Negative generation",
        "The energy_generated_kwh is not correct, for example negative.",
        "Write what was generated as a positive number of kWh.",
    ),
    ProblemKind("NET_0002", "Net is no number", "The energy_net_kwh is no number.", "Write kWh, such as -0.75."),
    ProblemKind(
        "CON_0002", "Consumption is no number", "The energy_consumed_kwh is no number.", "Write kWh, such as 1.25."
    ),
    ProblemKind(
        "CON_0003",
        "Negative consumption",
        "The energy_consumed_kwh is not correct, for example negative.",
        "Write what was consumed as a positive number of kWh.",
    ),
    ProblemKind(
        "NRG_0001",
        "Energy missing",
        "There is no complete set of energy columns.",
        "For load, give energy_net_kwh, or energy_generated_kwh and energy_consumed_kwh, or all three; for runtime "
        "and performance, the column that the page of uploads names.",
    ),
    ProblemKind(
        "NRG_0003",
        "Energy contradicts itself",
        "The values do not fit each other: net is consumed minus generated.",
        "Correct one of them, or give net alone.",
    ),
    ProblemKind("REG_0002", "Region unreadable", "The region cannot be read.", "Write a state, such as CA."),
    ProblemKind("REG_0003", "Unknown region", "The region is no state.", "Write a state, such as CA."),
    ProblemKind("FNL_0002", "Final unreadable", "The value of final cannot be read.", "Write true or false."),
)
