const { exec } = require('node:child_process');

function archive(folder, done) {
  exec(`tar czf backup.tgz ${folder}`, done);
}

module.exports = archive;
