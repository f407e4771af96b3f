// npm's oscquery as the other side. FOLDER client: prints the first eyebridge service that it finds, as a line of JSON.
// FOLDER server NAME OSC_PORT: a VRChat with one avatar. Both end with their standard input.
"use strict"

const { createRequire } = require("node:module")
const [folder, role, name, port] = process.argv.slice(2)
const { OSCQAccess, OSCQueryDiscovery, OSCQueryServer, OSCTypeSimple } = createRequire(`${folder}/`)("oscquery")

function client() {
  const discovery = new OSCQueryDiscovery()
  discovery.on("up", (service) => {
    if (!service.hostInfo.name.startsWith("eyebridge-")) return
    const methods = service.flat().map((method) => ({ path: method.full_path }))
    for (const method of methods) {
      const node = service.resolvePath(method.path).serialize()
      method.types = [...node.TYPE]
      method.access = node.ACCESS
    }
    const { name, oscIp, oscPort, oscTransport } = service.hostInfo
    console.log(JSON.stringify({ name, oscIp, oscPort, oscTransport, methods }))
  })
  discovery.on("error", (error) => console.error(error))
  discovery.start()
}

function server() {
  const vrchat = new OSCQueryServer({
    bindAddress: "127.0.0.1",
    oscPort: Number(port),
    oscQueryHostName: name,
    serviceName: name,
  })
  const add = (path, type, value) => {
    vrchat.addMethod(path, { access: OSCQAccess.READWRITE, arguments: [{ type }] })
    vrchat.setValue(path, 0, value)
  }
  add("/avatar/change", OSCTypeSimple.STRING, "avtr_npm")
  add("/avatar/parameters/FT/v2/EyeLidLeft", OSCTypeSimple.FLOAT, 0.5)
  add("/avatar/parameters/EyeTrackingActive", OSCTypeSimple.TRUE, true)
  add("/avatar/parameters/VRCEmote", OSCTypeSimple.INT, 0)
  vrchat.start()
}

const roles = { client, server }
roles[role]()
process.stdin.on("end", () => process.exit(0)).resume()
