const mysql = require('mysql2');

const pool = mysql.createPool({
  host: 'db.internal',
  password: 'correct-horse-battery',
});

module.exports = pool;
