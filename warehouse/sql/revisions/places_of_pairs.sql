-- Grain: one row per pair of versions with a number from $first to $last, with the places of both.
-- Reads: version_pairs.
select
    number,
    change_reason,
    earlier_file,
    earlier_row,
    later_file,
    later_row
from version_pairs
where number between $first and $last
order by number;
