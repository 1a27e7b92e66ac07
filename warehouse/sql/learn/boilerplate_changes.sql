-- Grain: one row per line of a source whose state this run changes: learned, forgotten, or set in
-- boilerplate.toml. Each call handles the sources of one part.
-- Reads: article_versions and superseded with the run's own rows, boilerplate_history, overrides,
-- sources_to_learn.
insert into boilerplate_changes by name
with chosen as (
    select
        source,
        first_day
    from sources_to_learn
    where part = $part
),
previous as (
    select
        source,
        line,
        arg_max(state, struct_pack(changed_at, change)) as state,
        max(change) as change
    from boilerplate_history
    semi join chosen using (source)
    group by source, line
),
configured as (
    select
        source,
        line,
        state
    from overrides
    semi join chosen using (source)
),
dated as (
    select
        chosen.source,
        article_id,
        version,
        run_id,
        content_hash,
        coalesce(published_date, fetched_at::date) as day
    from article_versions
    anti join superseded using (article_id, version)
    join chosen on chosen.source = coalesce(article_versions.source, domain)
    where coalesce(published_date, fetched_at::date) >= first_day
        -- This repeats the condition in a form by which DuckDB skips row groups.
        and (published_date >= $first_day::date or published_date is null)
        -- A text that `prune` has removed shows no lines, and must not outvote those that do.
        and not coalesce(list_contains(quality_flags, 'text_removed'), false)
),
reach as (
    -- The day since which a source has published its newest $stories articles. Counting by days, of
    -- which there are few, never holds the older articles in memory.
    select
        source,
        min(day) as since
    from (
        select
            source,
            day,
            sum(count(*)) over (partition by source order by day desc) - count(*) as newer
        from dated
        group by source, day
    )
    where newer < $stories
    group by source
),
newest as (
    select dated.*
    from dated
    join reach using (source)
    where day >= since
    qualify row_number() over (partition by source order by day desc, article_id) <= $stories
),
stories as (
    select *
    from newest
    qualify row_number() over (partition by source, content_hash order by day desc, article_id) = 1
),
sources as (
    -- An article that is dated far into the future must not outvote all others: the newest 5 %
    -- count as if they were of one day.
    select
        source,
        quantile_disc(day, 0.95) as recent
    from stories
    group by source
    having count(*) >= $source_articles
),
voters as (
    -- Votes are whole numbers. The sum of floats would depend on the order of adding, which differs
    -- from run to run with several threads.
    select
        source,
        article_id,
        version,
        run_id,
        day,
        (1000000 * pow(0.5, greatest(recent - day, 0) / $half_life))::bigint as vote
    from stories
    join sources using (source)
),
totals as (
    select
        source,
        sum(vote) as votes
    from voters
    group by source
),
texts as not materialized (
    select
        voters.source,
        voters.day,
        voters.vote,
        string_split(article_versions.text, e'\n\n') as paragraphs,
        list_position(
            list_transform(paragraphs, lambda line: length(line) >= $lede), true
        ) as lede,
        coalesce(learned_lines, []) as learned
    from article_versions
    join voters using (run_id, article_id, version)
    where published_date >= $first_day::date
        or published_date is null
),
lines as not materialized (
    select
        source,
        day,
        vote,
        unnest(list_distinct(list_filter(
            list_concat(paragraphs[lede + 1:], learned),
            lambda line: length(line) between $shortest and $longest
        ))) as line
    from texts
    where lede > 0
),
frequent as (
    -- Lines are counted by their hashes first: most lines are unique, and their texts need not be
    -- held in memory.
    select hash(source, line) as line_hash
    from lines
    group by all
    having count(*) >= $line_articles
    union
    select hash(source, line) as line_hash
    from previous
),
measured as (
    select
        lines.source,
        line,
        count(*) as articles,
        count(distinct day) as days,
        round(sum(vote) / any_value(totals.votes), 6) as share
    from lines
    semi join frequent on frequent.line_hash = hash(lines.source, line)
    join totals on totals.source = lines.source
    group by all
),
names as (
    select distinct
        voters.source,
        lower(unnest(authors)) as name
    from article_versions
    join voters using (run_id, article_id, version)
    where published_date >= $first_day::date
        or published_date is null
),
candidates as (
    select source, line from measured
    union
    select source, line from previous
    union
    select source, line from configured
),
judged as (
    select
        source,
        line,
        coalesce(articles, 0) as articles,
        coalesce(days, 0) as days,
        coalesce(share, 0) as share,
        previous.state as state_before,
        coalesce(change, 0) + 1 as change,
        case
            when configured.state is not null then configured.state
            -- The byline is a line that recurs in all articles of an author.
            when names.name is not null then 'forgotten'
            when articles >= $line_articles and days >= $line_days and share >= $share
            then 'learned'
            -- A learned line is forgotten only below half of the bound, so that a line near the
            -- bound does not come and go.
            when previous.state = 'learned' and share >= $share / 2 then 'learned'
            else 'forgotten'
        end as state
    from candidates
    left join measured using (source, line)
    left join previous using (source, line)
    left join configured using (source, line)
    left join names on names.source = candidates.source and names.name = lower(candidates.line)
)
select
    source,
    line,
    change,
    state,
    articles,
    days,
    share,
    $changed_at::timestamptz as changed_at,
    $run_id as run_id
from judged
where state <> coalesce(state_before, 'forgotten');
