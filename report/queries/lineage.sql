-- What each model is made from.
SELECT l.model, l.depends_on, l.kind
FROM greenery_published.lineage l
ORDER BY l.model COLLATE "C", l.depends_on COLLATE "C"
