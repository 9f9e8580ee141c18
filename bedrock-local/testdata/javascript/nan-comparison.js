function parsePrice(text) {
  const price = Number(text);
  if (price === NaN) {
    throw new TypeError('not a price');
  }
  return price;
}

module.exports = parsePrice;
