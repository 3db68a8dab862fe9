"""The texts for what can be wrong with a file of interval data, and for what looks wrong in its series."""

from portal.problems import ProblemKind, register

_KINDS = "CSV (.csv, .csv.gz), Parquet (.parquet) or, for small files, Excel (.xlsx)"

register(
    ProblemKind(
        "INTERVAL_FILE_TYPE",
        "Wrong file type",
        "{name} is not an interval file that we can read.",
        f"Send {_KINDS}.",
    ),
    ProblemKind(
        "INTERVAL_FILE_UNREADABLE",
        "Can’t be read",
        "We can’t read the file: {reason}",
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
        "This link has expired. Links work for {minutes} minutes.",
        "Request a new one from the API.",
    ),
    ProblemKind(
        "INTERVAL_INGEST_STOPPED",
        "Stopped",
        "Something went wrong on our side before the whole file was stored.",
        "Upload the same file again. Rows that are already stored stay and won’t be counted twice.",
    ),
    ProblemKind(
        "INTERVAL_NO_GOOD_ROWS",
        "No rows to keep",
        "All good rows in this file are already stored.",
        "Fix the file and upload it again.",
    ),
    ProblemKind(
        "INTERVAL_COLUMN_UNKNOWN",
        "Column not used",
        "{value} is not an interval data column, so we left it out.",
        "No action needed, unless the name is misspelled.",
    ),
    ProblemKind(
        "INTERVAL_ROWS_REPEATED",
        "Rows repeated",
        "{count} rows appear more than once with the same values. Each was counted once.",
        "No action needed.",
    ),
    ProblemKind(
        "INTERVAL_POWER_AS_ENERGY",
        "Looks like kW",
        "The values of meter {meter} look like power in kW, not energy in kWh: {share}% of them are more than its "
        "{capacity} kW can move in a quarter-hour.",
        "Divide kW by 4 to get kWh per quarter-hour, then upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_WATT_HOURS",
        "Looks like Wh",
        "The values of meter {meter} look like Wh, not kWh: {share}% of them are far more than {limit} kWh in a "
        "quarter-hour.",
        "Divide Wh by 1,000, then upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_BEYOND_CAPACITY",
        "Above its capacity",
        "Meter {meter} has {count} quarter-hours with more energy than its {capacity} kW can move, the first at "
        "{start}.",
        "Check these values against the device.",
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
        "Nearly all net values of meter {meter} are negative. Net is consumption minus generation.",
        "If your export uses the opposite sign, flip it and upload the file again.",
    ),
    ProblemKind(
        "INTERVAL_CLOCK",
        "Clock looks shifted",
        "Generation of meter {meter} peaks around {hour} local time, as if its clock were {hours} hours off.",
        "Check that the times are in UTC.",
    ),
    ProblemKind(
        "INTERVAL_LOCAL_TIME",
        "Looks like local time",
        "The times of meter {meter} look like local times: they skip the daylight saving hour on {day} in {zone}.",
        "Convert the times to UTC, then upload the file again.",
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
        "Can’t be used",
        "We can’t use this row.",
        "Read the row’s message and fix what it names. If lines contradict each other, delete all but one.",
    ),
    ProblemKind(
        "LIN_0001",
        "Line too short",
        "The line has fewer values than the header has columns.",
        "Include every column, and put nothing between the separators where a value is missing.",
    ),
    ProblemKind(
        "MTR_0001",
        "No meter IDs",
        "The column meter_id is missing.",
        "Add meter_id with the Leap meter ID. You’ll find the IDs in your meter export.",
    ),
    ProblemKind(
        "MTR_0002",
        "Meter ID unreadable",
        "The meter_id is not an ID.",
        "Enter the Leap meter ID, such as 0192f7a1-5b1c-7c3e-9d4f-2a6b8c0d1e2f, not your own reference.",
    ),
    ProblemKind(
        "MTR_0003",
        "Unknown meter",
        "None of your meters has this meter_id.",
        "Check it against your meter export. If the meter is new, create it first.",
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
        "The interval_start_time_utc is not a time.",
        "Enter the start in UTC, such as 2026-07-01T00:00:00Z.",
    ),
    ProblemKind(
        "STM_0003",
        "Start time off",
        "The interval_start_time_utc is in the future, or not on a quarter-hour.",
        "Start each interval at :00, :15, :30 or :45, and send it after it ends.",
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
        "The interval_end_time_utc is not a time.",
        "Enter the end in UTC, such as 2026-07-01T00:15:00Z.",
    ),
    ProblemKind(
        "ETM_0003",
        "End time off",
        "The interval_end_time_utc is in the future, or not on a quarter-hour.",
        "End each interval at :00, :15, :30 or :45, and send it after it ends.",
    ),
    ProblemKind(
        "DTR_0003",
        "Not 15 minutes",
        "The interval is not 15 minutes long.",
        "Split or combine your readings into quarter-hours.",
    ),
    ProblemKind(
        "GEN_0002",
        "Generation is not a number",
        "The energy_generated_kwh is not a number.",
        "Enter kWh, such as 1.25.",
    ),
    ProblemKind(
        "GEN_0003",
        "Negative generation",
        "The energy_generated_kwh can’t be right: it is negative, for example.",
        "Enter generation as a positive number of kWh.",
    ),
    ProblemKind("NET_0002", "Net is not a number", "The energy_net_kwh is not a number.", "Enter kWh, such as -0.75."),
    ProblemKind(
        "CON_0002",
        "Consumption is not a number",
        "The energy_consumed_kwh is not a number.",
        "Enter kWh, such as 1.25.",
    ),
    ProblemKind(
        "CON_0003",
        "Negative consumption",
        "The energy_consumed_kwh can’t be right: it is negative, for example.",
        "Enter consumption as a positive number of kWh.",
    ),
    ProblemKind(
        "NRG_0001",
        "Energy missing",
        "The set of energy columns is incomplete.",
        "For load, provide energy_net_kwh, or energy_generated_kwh and energy_consumed_kwh, or all three. For runtime "
        "and performance, provide the column that the upload page names.",
    ),
    ProblemKind(
        "NRG_0003",
        "Energy values don’t add up",
        "The values don’t add up: net must be consumed minus generated.",
        "Correct one of them, or provide only net.",
    ),
    ProblemKind("REG_0002", "Region unreadable", "We can’t read the region.", "Enter a state, such as CA."),
    ProblemKind("REG_0003", "Unknown region", "The region is not a state.", "Enter a state, such as CA."),
    ProblemKind("FNL_0002", "Final unreadable", "We can’t read the value of final.", "Enter true or false."),
)
