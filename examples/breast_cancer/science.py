"""Trains and judges the classifier. Every number of the example's records comes from here."""

from __future__ import annotations

import hashlib
import io
import pickle
import platform
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

SEEDS = (11, 12, 13, 14, 15)
MINUTES_PER_CASE = 12.0  # a pathologist's time for a case, as agreed with the hospital
CERTAIN = 0.02  # below this probability a case is reported as benign without a second look


@dataclass(frozen=True)
class Split:
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


class Science:
    """The work of one iteration: a shallow tree first, then a scaled logistic regression."""

    def __init__(self, iteration: int) -> None:
        self.iteration = iteration
        raw = load_breast_cancer()
        self.features = [str(name) for name in raw.feature_names]
        self.x = raw.data
        self.malignant = (raw.target == 0).astype(int)

    # Data

    @cached_property
    def csv(self) -> bytes:
        """The whole data set as CSV, with the label last."""
        text = io.StringIO()
        text.write(",".join([*(name.replace(" ", "_") for name in self.features), "malignant"]) + "\n")
        for row, label in zip(self.x, self.malignant, strict=True):
            text.write(",".join(f"{value:g}" for value in row) + f",{label}\n")
        return text.getvalue().encode()

    @cached_property
    def split(self) -> Split:
        rows = np.arange(len(self.x))
        rest, test = train_test_split(rows, test_size=0.2, random_state=7, stratify=self.malignant)
        train, validation = train_test_split(rest, test_size=0.25, random_state=7, stratify=self.malignant[rest])
        return Split(train, validation, test)

    def sha256(self, rows: np.ndarray) -> str:
        return hashlib.sha256(np.ascontiguousarray(self.x[rows]).tobytes() + self.malignant[rows].tobytes()).hexdigest()

    @cached_property
    def statistics(self) -> list[dict[str, Any]]:
        return [
            {"feature": name, "min": column.min(), "mean": column.mean(), "max": column.max(), "sd": column.std()}
            for name, column in zip(self.features, self.x.T, strict=True)
        ]

    @cached_property
    def quality(self) -> dict[str, int]:
        duplicates = len(self.x) - len(np.unique(self.x, axis=0))
        return {"missing": int(np.isnan(self.x).sum()), "negative": int((self.x < 0).sum()), "duplicates": duplicates}

    # Model

    @property
    def version(self) -> str:
        return f"model-{self.iteration}.0.0"

    @property
    def reference(self) -> str:
        """The version as the registry names it."""
        return f"classifier@{self.version}"

    @property
    def code_version(self) -> str:
        return f"example-{self.iteration}.0.0"

    @property
    def name(self) -> str:
        return "decision tree of depth 3" if self.iteration == 1 else "scaled logistic regression"

    def _new(self, seed: int) -> Pipeline:
        if self.iteration == 1:
            return make_pipeline(DecisionTreeClassifier(max_depth=3, random_state=seed))
        return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=2000, random_state=seed))

    def _fit(self, seed: int) -> Pipeline:
        """Fitted on a bootstrap of the training rows, so that the seed has an effect on every model."""
        rows = np.random.default_rng(seed).choice(self.split.train, len(self.split.train))
        return self._new(seed).fit(self.x[rows], self.malignant[rows])

    @cached_property
    def model(self) -> Pipeline:
        return self._new(SEEDS[0]).fit(self.x[self.split.train], self.malignant[self.split.train])

    @cached_property
    def model_bytes(self) -> bytes:
        return pickle.dumps(self.model, protocol=5)

    @cached_property
    def threshold(self) -> float:
        """The largest probability threshold, at most 0.5, that keeps recall at 0.99 in cross-validation."""
        if self.iteration == 1:
            return 0.5
        rows = np.concatenate([self.split.train, self.split.validation])
        truth = self.malignant[rows]
        probability = cross_val_predict(self._new(SEEDS[0]), self.x[rows], truth, cv=5, method="predict_proba")[:, 1]
        candidates = np.arange(0.5, 0.0, -0.01)
        return round(float(next(t for t in candidates if recall_score(truth, probability >= t) >= 0.99)), 2)

    @cached_property
    def seeds(self) -> list[dict[str, float]]:
        runs = []
        for seed in SEEDS:
            probability = self._fit(seed).predict_proba(self.x[self.split.validation])[:, 1]
            runs.append(
                {"seed": seed, "value": float(roc_auc_score(self.malignant[self.split.validation], probability))}
            )
        return runs

    @cached_property
    def baseline_auc(self) -> float:
        dummy = DummyClassifier(strategy="prior").fit(self.x[self.split.train], self.malignant[self.split.train])
        probability = dummy.predict_proba(self.x[self.split.validation])[:, 1]
        return float(roc_auc_score(self.malignant[self.split.validation], probability))

    # Judgement

    def judge(self, rows: np.ndarray, noise: float = 0.0, seed: int = 0) -> dict[str, float]:
        """Measures on some rows; `noise` in standard deviations of each feature."""
        generator = np.random.default_rng(seed)
        x = self.x[rows] + noise * self.x.std(axis=0) * generator.standard_normal((len(rows), self.x.shape[1]))
        return self._measures(self.model.predict_proba(x)[:, 1], self.malignant[rows])

    def _measures(self, probability: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        flagged = probability >= self.threshold
        recall = float(flagged[truth == 1].mean())
        return {
            "recall": recall,
            "missed": 1 - recall,
            "false-alarms": float(flagged[truth == 0].mean()),
            "auc": float(roc_auc_score(truth, probability)),
            "brier": float(brier_score_loss(truth, probability)),
            "minutes": float((probability < CERTAIN).mean() * MINUTES_PER_CASE),
        }

    @cached_property
    def test_intervals(self) -> dict[str, tuple[float, float]]:
        """95 % bootstrap intervals of every measure on the test rows, from 200 resamples, each holding its value."""
        generator, drawn = np.random.default_rng(3), []
        probability, truth = self.model.predict_proba(self.x[self.split.test])[:, 1], self.malignant[self.split.test]
        while len(drawn) < 200:
            rows = generator.integers(0, len(truth), len(truth))
            if 0 < truth[rows].sum() < len(rows):
                drawn.append(self._measures(probability[rows], truth[rows]))
        found = {}
        for measure, value in self.test.items():
            low, high = np.quantile([each[measure] for each in drawn], [0.025, 0.975])
            found[measure] = (min(float(low), value), max(float(high), value))
        return found

    @cached_property
    def test(self) -> dict[str, float]:
        return self.judge(self.split.test)

    @cached_property
    def slices(self) -> list[dict[str, Any]]:
        """Area under the curve in thirds of the tumour's mean radius."""
        radius = self.x[self.split.test, 0]
        bounds = np.quantile(radius, [0, 0.5, 1])
        found = []
        for name, low, high in (("smaller half", bounds[0], bounds[1]), ("larger half", bounds[1], bounds[2])):
            rows = self.split.test[(radius >= low) & (radius <= high)]
            found.append({"slice": f"{name} by mean radius", "samples": len(rows), "value": self.judge(rows)["auc"]})
        return found

    @cached_property
    def robustness(self) -> list[dict[str, float]]:
        return [{"level": level, "value": self.judge(self.split.test, noise=level)["auc"]} for level in (0.1, 0.3, 0.5)]

    @cached_property
    def influences(self) -> list[dict[str, Any]]:
        """The five features whose permutation costs most area under the curve."""
        result = permutation_importance(
            self.model, self.x[self.split.test], self.malignant[self.split.test], scoring="roc_auc", n_repeats=5,
            random_state=1,
        )  # fmt: skip
        order = np.argsort(-result.importances_mean)[:5]
        return [{"feature": self.features[i], "influence": float(result.importances_mean[i])} for i in order]

    @cached_property
    def milliseconds_per_case(self) -> float:
        begun = time.perf_counter()
        for _ in range(20):
            self.model.predict_proba(self.x[self.split.test])
        return (time.perf_counter() - begun) / 20 / len(self.split.test) * 1000

    def production_like(self) -> dict[str, float]:
        """The stored model, loaded again, on the test cases with the noise of the target scanner."""
        stored = pickle.loads(self.model_bytes)  # noqa: S301 - written by this very process
        if not np.allclose(stored.predict_proba(self.x), self.model.predict_proba(self.x)):
            raise RuntimeError("The stored model does not answer like the trained one.")
        return self.judge(self.split.test, noise=0.05, seed=21)

    def week(self, number: int) -> dict[str, float]:
        """One week of operation: cases drawn from the test set, with a little noise."""
        generator = np.random.default_rng(100 + number)
        while True:
            rows = generator.choice(self.split.test, 80)
            if 10 < self.malignant[rows].sum() < 70:
                return self.judge(rows, noise=0.03, seed=number)

    @property
    def environment(self) -> str:
        return f"Python {platform.python_version()}, scikit-learn {sklearn.__version__}, numpy {np.__version__}"
