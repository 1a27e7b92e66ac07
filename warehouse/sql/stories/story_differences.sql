-- Grain: one row: what differs after the tables of stories were made anew.
-- Reads: fresh_fingerprints, new_text_pairs, pairs_before, cluster_changes.
select
    (select count(*) from fresh_fingerprints) as versions,
    (select count(*) from new_text_pairs) as pairs,
    (
        select count(*)
        from new_text_pairs
        anti join pairs_before using (content_hash, other_hash, kind)
    ) as added,
    (
        select count(*)
        from pairs_before
        anti join new_text_pairs using (content_hash, other_hash, kind)
    ) as dropped,
    (select count(*) from cluster_changes where previous_id is not null) as moved;
