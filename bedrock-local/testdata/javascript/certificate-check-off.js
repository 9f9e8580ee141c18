const https = require('node:https');

const agent = new https.Agent({ rejectUnauthorized: false });

module.exports = agent;
