const https = require('node:https');

const agent = new https.Agent({ rejectUnauthorized: true });

module.exports = agent;
