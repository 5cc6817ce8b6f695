"""Opioid-replacement products that a record may name. Kept exactly apart: they are not interchangeable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One product: the key that files use, its name, its form and route."""

    key: str
    name: str
    form: str


_ALL = (
    Product("methadone_oral_1mg_ml", "Methadone oral solution 1 mg/ml", "oral solution"),
    Product("buprenorphine_sl", "Buprenorphine sublingual tablet", "sublingual tablet"),
    Product("buprenorphine_oral_lyo", "Buprenorphine oral lyophilisate", "oral lyophilisate"),
    Product("buprenorphine_naloxone_sl", "Buprenorphine with naloxone, sublingual", "sublingual tablet or film"),
    Product("laib_weekly", "Buprenorphine weekly injection", "subcutaneous injection, given by a professional"),
    Product("laib_monthly", "Buprenorphine monthly injection", "subcutaneous injection, given by a professional"),
    Product("laib_sublocade", "Buprenorphine monthly injection (Sublocade)", "subcutaneous injection"),
    Product("dihydrocodeine_other", "Dihydrocodeine or another medicine", "as its source says"),
    Product("none_illicit_or_rx_opioid", "Dependent on opioids, not on replacement", "none"),
)

PRODUCTS: dict[str, Product] = {product.key: product for product in _ALL}

WEEKLY_INJECTIONS = frozenset({"laib_weekly"})
MONTHLY_INJECTIONS = frozenset({"laib_monthly", "laib_sublocade"})
