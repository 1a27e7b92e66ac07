-- Which stories ran on more than one site?
select
    min(title) as title,
    count(*) as sites,
    list(source order by source) as sources
from articles
group by cluster_id
having count(*) > 1
order by sites desc, title
