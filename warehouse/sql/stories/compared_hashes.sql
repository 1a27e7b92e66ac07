-- Grain: one row per version that is compared with the chunk: a number that stands for its text, and
-- its sampled hashes. Compared are stored texts from $from_day to $to_day, stored texts without a
-- day, and fresh texts up to the chunk's last day; later chunks look back on their own. All NULL:
-- everything is compared. Reads: window_fingerprints, fresh_fingerprints.
select
    hash(content_hash) as text,
    hashes
from window_fingerprints
where len(hashes) > 0
    and (day between $from_day and $to_day or day is null or $from_day is null)
union all
select
    hash(content_hash) as text,
    hashes
from fresh_fingerprints
where len(hashes) > 0
    and (day between $from_day and $last_day or $from_day is null);
