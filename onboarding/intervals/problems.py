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
