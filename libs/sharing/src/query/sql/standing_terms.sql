-- grain: one grant, if it stands at this moment under these terms; otherwise no row, and the reader's settings stay empty
-- inputs: $1 grant, $2 version of its terms
select set_config('hushu.facets', facets, true), set_config('hushu.divisions', divisions, true)
  from sharing.standing_terms where id = $1 and version = $2
