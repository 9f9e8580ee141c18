class Point {
  constructor(x, y) {
    this.x = x;
    y = y;
  }
}

module.exports = Point;
