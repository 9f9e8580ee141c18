function parsePrice(text) {
  const price = Number(text);
  if (Number.isNaN(price)) {
    throw new TypeError('not a price');
  }
  return price;
}

module.exports = parsePrice;
