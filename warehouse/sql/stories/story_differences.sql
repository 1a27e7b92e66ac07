-- Grain: one row: what differs after the tables of stories were made anew.
-- Reads: fresh_fingerprints, all_pairs, pairs_before, cluster_changes.
select
    (select count(*) from fresh_fingerprints) as versions,
    (select count(*) from all_pairs) as pairs,
    (
        select count(*)
        from all_pairs
        anti join pairs_before using (content_hash, other_hash, kind)
    ) as added,
    (
        select count(*)
        from pairs_before
        anti join all_pairs using (content_hash, other_hash, kind)
    ) as dropped,
    (select count(*) from cluster_changes where previous_id is not null) as moved;
