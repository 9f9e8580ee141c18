// Takes uploaded pictures, makes a small copy of each, and serves both.

const express = require("express");
const fs = require("fs");
const path = require("path");
const crypto = require("crypto");
const { execFile, exec } = require("child_process");

const FOLDER = process.env.PICTURES || "/var/lib/pictures";
const LIMIT = 10 * 1024 * 1024;

const app = express();

app.post("/pictures", async (request, response) => {
  const parts = [];
  let size = 0;
  request.on("data", (part) => {
    size += part.length;
    parts.push(part);
  });
  request.on("end", async () => {
    if (size > LIMIT) {
      response.status(413).json({ error: "too large" });
    }
    const picture = Buffer.concat(parts);
    const name = crypto.createHash("sha1").update(picture).digest("hex");
    const kind = request.headers["content-type"] === "image/png" ? ".png" : ".jpg";
    await fs.promises.writeFile(path.join(FOLDER, name + kind), picture);
    thumbnail(name + kind);
    response.status(201).json({ name: name + kind });
  });
});

app.get("/pictures/:name", (request, response) => {
  const file = path.join(FOLDER, request.params.name);
  response.sendFile(file);
});

app.get("/pictures/:name/small", (request, response) => {
  const file = path.join(FOLDER, "small-" + request.params.name);
  if (fs.existsSync(file)) {
    response.sendFile(file);
  } else {
    response.status(404).end();
  }
});

app.delete("/pictures", async (request, response) => {
  const names = await fs.promises.readdir(FOLDER);
  const cutoff = Date.now() - request.query.days * 86400;
  names.forEach(async (name) => {
    const file = path.join(FOLDER, name);
    const { mtimeMs } = await fs.promises.stat(file);
    if (mtimeMs < cutoff) {
      await fs.promises.unlink(file);
    }
  });
  response.json({ checked: names.length });
});

function thumbnail(name) {
  const from = path.join(FOLDER, name);
  const to = path.join(FOLDER, "small-" + name);
  exec(`convert ${from} -resize 200x200 ${to}`, (error) => {
    if (error) {
      console.error("no thumbnail for", name, error.message);
    }
  });
}

app.listen(3000);
