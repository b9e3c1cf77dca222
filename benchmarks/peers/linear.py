"""A linear model on character n-grams, as the scikit-learn documentation would have it."""

from __future__ import annotations

import json
import resource
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

given = json.load(sys.stdin)
texts, intents = zip(*given["train"], strict=True)
started = time.perf_counter()
model = make_pipeline(
    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    LogisticRegression(max_iter=1000, class_weight="balanced", C=10),
).fit(texts, intents)
trained = time.perf_counter() - started
outside = list(model.classes_).index("out_of_scope")
started = time.perf_counter()
predictions = []
for text in given["test"]:
    row = model.predict_proba([text])[0]
    predictions.append([str(model.classes_[row.argmax()]), float(row[outside])])
json.dump(
    {
        "training_seconds": trained,
        "milliseconds": (time.perf_counter() - started) / len(given["test"]) * 1000,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "predictions": predictions,
    },
    sys.stdout,
)
