"""The peer of the refresh benchmark: dlt's ``rest_api`` source. Run by ``refresh.py`` with an interpreter that has dlt.

``python benchmarks/refresh_dlt.py URL JOBS PAGE DESTINATION PARTS FOLDER`` prints seconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time


def main() -> None:
    """Load every job into one table."""
    url, jobs, page, destination, parts, folder = (
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        sys.argv[4],
        int(sys.argv[5]),
        sys.argv[6],
    )
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["DLT_DATA_DIR"] = folder
    import dlt  # type: ignore[import-not-found]
    from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]

    share = -(-jobs // parts // page) * page  # whole pages, so that no job comes twice
    resources = [
        {
            "name": f"jobs_{part}",
            "table_name": "jobs",
            "write_disposition": "append",
            "parallelized": parts > 1,
            "endpoint": {
                "path": "plain/jobs",
                "data_selector": "data",
                "paginator": {
                    "type": "offset",
                    "limit": page,
                    "offset": part * share,
                    "maximum_offset": min((part + 1) * share, jobs),
                    "total_path": None,
                    "stop_after_empty_page": True,
                },
            },
        }
        for part in range(parts)
    ]
    source = rest_api_source({"client": {"base_url": url}, "resources": resources})
    target = (
        dlt.destinations.sqlalchemy(f"sqlite:///{folder}/jobs.db")
        if destination == "sqlite"
        else dlt.destinations.duckdb(f"{folder}/jobs.duckdb")
    )
    pipeline = dlt.pipeline(pipeline_name=f"jobs_{destination}_{parts}", destination=target, dataset_name="ats", pipelines_dir=folder)
    began, cpu_began = time.perf_counter(), sum(os.times()[:4])
    pipeline.run(source)
    seconds, cpu = time.perf_counter() - began, sum(os.times()[:4]) - cpu_began
    with pipeline.sql_client() as client:
        counted = client.execute_sql("SELECT COUNT(*) FROM jobs")
    print(
        json.dumps(
            {
                "jobs": counted[0][0] if counted else 0,
                "seconds": seconds,
                "cpu": cpu,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
