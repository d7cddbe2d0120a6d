/** The least that a call page can be: one script, one socket, one connection, no keys and no rights. For benchmarks only. */

const devices = navigator.mediaDevices.getUserMedia({ audio: true, video: true });
const connections = new Map();
let socket;

function connect(peer) {
  const connection = new RTCPeerConnection();
  connections.set(peer, connection);
  connection.onicecandidate = ({ candidate }) => candidate && send(peer, { candidate });
  connection.ontrack = ({ streams }) => (document.querySelector(".remote").srcObject = streams[0]);
  return connection;
}

function send(to, body) {
  socket.send(JSON.stringify({ to, body }));
}

async function addTracks(connection) {
  const stream = await devices;
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
}

async function receive({ type, id, peers, from, body }) {
  if (type === "welcome") {
    for (const peer of peers) {
      const connection = connect(peer);
      await addTracks(connection);
      await connection.setLocalDescription();
      send(peer, { description: connection.localDescription });
    }
  }
  if (type === "left") {
    connections.get(id)?.close();
    connections.delete(id);
  }
  if (type !== "message") return;
  const connection = connections.get(from) ?? connect(from);
  if (body.candidate) return connection.addIceCandidate(body.candidate);
  await connection.setRemoteDescription(body.description);
  if (body.description.type !== "offer") return;
  await addTracks(connection);
  await connection.setLocalDescription();
  send(from, { description: connection.localDescription });
}

document.querySelector("form").addEventListener("submit", () => {
  socket = new WebSocket(`wss://${location.host}/ws`);
  let order = Promise.resolve();
  socket.onmessage = ({ data }) => (order = order.then(() => receive(JSON.parse(data))));
});

document.querySelector("button").disabled = false;
