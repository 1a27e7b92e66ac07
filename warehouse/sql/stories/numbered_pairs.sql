-- Grain: one row per pair numbered $first to $last in the table pairs_to_decide, in this order, with
-- the hashes of its texts. Pairs with a text that `prune` has removed cannot be compared. Reads: pairs_to_decide, story_texts.
select
    least(one.content_hash, other.content_hash) as content_hash,
    greatest(one.content_hash, other.content_hash) as other_hash
from pairs_to_decide as pairs
join story_texts as one on one.id = pairs.text
join story_texts as other on other.id = pairs.other_text
where pairs.number between $first and $last
    and one.text is not null
    and other.text is not null
order by pairs.number;
