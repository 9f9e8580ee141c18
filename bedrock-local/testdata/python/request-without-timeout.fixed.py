import requests


def fetch_rates(base):
    response = requests.get("https://rates.example/latest", params={"base": base}, timeout=10)
    response.raise_for_status()
    return response.json()
