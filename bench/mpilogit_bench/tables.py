"""Results as Markdown."""

import statistics


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def seconds(value):
    """Three digits, in the unit that suits."""
    if value < 1e-3:
        return f"{value * 1e6:.3g} µs"
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.3g} s"


def median_seconds(result):
    """Of the repetitions, or the one time of the search."""
    return statistics.median(result["seconds"]) if result["seconds"] else result["chosen"]["seconds"]


def judged(name):
    """Whether the bars are held against this peer: scikit-learn's solvers and LIBLINEAR."""
    return name.startswith(("sklearn ", "liblinear"))


def best_peer(dataset):
    """The fastest peer among those of the bars that reached the gap, or None."""
    reached = [peer for peer in dataset["peers"] if peer["chosen"] and judged(peer["name"])]
    return min(reached, key=median_seconds) if reached else None


def our_median(dataset):
    """Of the faster of the layouts that were timed, with its name; None if the gap was missed."""
    medians = {layout: statistics.median(times) for layout, times in dataset["ours"]["seconds"].items()}
    return min(((time, layout) for layout, time in medians.items()), default=None)


def ratio(value):
    return f"{value:.3g}×"


def describe_peer(peer):
    if not peer["chosen"]:
        return f"{peer['name']}: {peer['reason']}"
    chosen = peer["chosen"]
    variant = "".join(f", {key} {value}" for key, value in chosen["variant"].items())
    return f"{peer['name']}: {seconds(median_seconds(peer))} (tolerance {chosen['tolerance']:g}{variant})"


def verdict(dataset, limit):
    """Our lead over the best peer against the bar; a lower bound where no peer arrived in time."""
    ours = our_median(dataset)
    if ours is None:
        return "gap missed by us", "missed"
    best = best_peer(dataset)
    if best is None:
        lead, sign = limit / ours[0], "> "
    else:
        lead, sign = median_seconds(best) / ours[0], ""
    state = "reached" if lead >= dataset["bar"] else "open" if sign else "missed"
    return sign + ratio(lead), state


def comparison(result):
    """Who is how much faster, and why a peer is not in the race."""
    rows = []
    for dataset in result["datasets"]:
        ours, best = our_median(dataset), best_peer(dataset)
        lead, state = verdict(dataset, result["limit"])
        chosen = dataset["ours"]["chosen"]
        rows.append([
            dataset["name"], f"{dataset['rows']:,} × {dataset['features']:,}",
            f"{'CSR ' if dataset['sparse'] else ''}{dataset['storage']}", f"{dataset['l2']:.2g}",
            f"{seconds(ours[0])} ({ours[1]})" if ours else "—",
            chosen["data_passes"] if chosen else "—",
            best_cell(best) if best else f"none in {result['limit']:g} s",
            f"**{lead}**", f"≥ {dataset['bar']:g}×: {state}"])
    text = markdown(["data", "shape", "storage", "λ2", "ours (ranks × threads)", "passes",
                     "best of scikit-learn, LIBLINEAR",
                     "ratio", "bar"], rows)
    return text + "\n" + peer_table(result)


def best_cell(peer):
    """Says so where float32 did not reach the gap and the data was widened."""
    widened = " in float64" if peer["chosen"]["variant"].get("dtype") == "float64" else ""
    return f"{peer['name']}{widened}, {seconds(median_seconds(peer))}"


def peer_table(result):
    """Each peer's time over ours, or why there is none."""
    datasets = result["datasets"]
    names = [peer["name"] for peer in datasets[0]["peers"]] if datasets else []
    rows, absent = [], {}
    for name in names:
        cells = []
        for dataset in datasets:
            peer = next(peer for peer in dataset["peers"] if peer["name"] == name)
            cells.append(peer_cell(peer, our_median(dataset), result["repeats"]))
        if len(set(cells)) == 1 and cells[0].startswith("not "):
            absent[name] = cells[0]
        else:
            rows.append([name, *cells])
    text = markdown([f"time ÷ ours (median of {result['repeats']}, or of so many)", *(dataset["name"] for dataset in datasets)], rows)
    if absent:
        text += "\nNot here: " + "; ".join(f"{name} ({why})" for name, why in absent.items()) + ".\n"
    return text


def peer_cell(peer, ours, repeats):
    if not peer["chosen"]:
        return peer["reason"]
    if ours is None:
        return seconds(median_seconds(peer))
    runs = max(1, len(peer["seconds"]))
    return ratio(median_seconds(peer) / ours[0]) + ("" if runs == repeats else f" ({runs})")
