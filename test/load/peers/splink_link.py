"""Links the two files that `npm run bench -- link --peer` wrote, with Splink on DuckDB.

splink_link.py FOLDER TRUTH: left.csv, right.csv and settings.json of FOLDER; the last line on stdout is JSON.
"""

import json
import logging
import resource
import sys
import time
import warnings

import duckdb
import splink
from splink import DuckDBAPI, Linker

TYPES = {"id_agrees": "BOOLEAN", "birth_date": "DATE"}
# Each leaves the other comparisons to be learnt.
SESSIONS = ["l.name = r.name and l.birth_year = r.birth_year", "l.id = r.id", "l.birth = r.birth and l.name_surname = r.name_surname"]

logging.getLogger("splink").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")
folder, truth = sys.argv[1:3]
with open(f"{folder}/settings.json", encoding="utf8") as file:
    model = json.load(file)

steps = []
begun = time.perf_counter()


def done(step):
    global begun
    steps.append({"step": step, "seconds": round(time.perf_counter() - begun, 3)})
    begun = time.perf_counter()


connection = duckdb.connect(":memory:")
connection.execute("set preserve_insertion_order = false")
for table, side in (("a_feed", "left"), ("b_register", "right")):
    header = connection.execute(f"select * from read_csv('{folder}/{side}.csv', all_varchar = true) limit 0").description
    columns = ", ".join(f"cast({name} as {TYPES.get(name, 'VARCHAR')}) as {name}" for name, *_ in header)
    connection.execute(f"create table {table} as select {columns} from read_csv('{folder}/{side}.csv', all_varchar = true)")
api = DuckDBAPI(connection=connection)
sides = [api.register(name, dataset_display_name=name) for name in ("a_feed", "b_register")]
done("load")

linker = Linker(
    sides,
    {
        "link_type": "link_only",
        "comparisons": model["comparisons"],
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in model["blocks"]],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    },
    validate_settings=False,
    log_level=logging.ERROR,
)
linker.training.estimate_probability_two_random_records_match(model["certain"], recall=0.8)
linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
for rule in SESSIONS:
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
done("train")

pairs = linker.inference.compute_blocked_pairs_for_predict()
[[count]] = connection.execute(f"select count(*) from {pairs.physical_name}").fetchall()
done("block")
found = linker.inference.predict(threshold_match_probability=0.001)
done("compare and score")
connection.execute(
    f"""create table link as
        select unique_id_l as feed, unique_id_r as person, match_probability as p from (
          select *, row_number() over (partition by unique_id_l order by match_weight desc, unique_id_r) as turn from {found.physical_name}
        ) where turn = 1"""
)
done("best of each")

connection.execute("create table truth as select feed_id, person_id from read_csv(?, all_varchar = true)", [truth])
[[wanted]] = connection.execute("select count(*) from truth where person_id is not null").fetchall()


def quality(threshold):
    [[links, right]] = connection.execute(
        "select count(*), count(*) filter (where person = person_id) from link join truth on feed_id = feed where p >= ?", [threshold]
    ).fetchall()
    precision, recall = right / max(1, links), right / wanted
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"threshold": threshold, "links": links, "precision": precision, "recall": recall, "f1": f1}


best = max((quality(threshold) for threshold in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999)), key=lambda one: one["f1"])
print(
    json.dumps(
        {
            "versions": {"splink": splink.__version__, "duckdb": duckdb.__version__},
            "steps": steps,
            "pairs": count,
            "half": quality(0.5),
            "best": best,
            "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
)
