using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// Where eyebridge's frames come from, for the drivers that refer to it. Needed only where a port or computer is
    /// not the usual one: a driver without a receiver listens to eyebridge on this computer.
    /// </summary>
    [AddComponentMenu("Eyebridge/Eyebridge Receiver")]
    [DisallowMultipleComponent]
    public sealed class EyebridgeReceiver : MonoBehaviour
    {
        [SerializeField, Range(1, 65535), Tooltip("UDP port to listen on; the same as eyebridge's native target.")]
        int port = Protocol.Port;

        [SerializeField, Tooltip("Also take frames from other computers. Anybody there can then move this face; "
            + "use it only in a network that you trust.")]
        bool network = false;

        public Endpoint Endpoint { get { return new Endpoint(port, network); } }

        /// <summary>
        /// Asks eyebridge for a short neutral, one second; a method without arguments fits a UI button.
        /// </summary>
        public void Recenter() { Commands.Recenter(); }

        /// <summary>Asks eyebridge for a new neutral, five seconds.</summary>
        public void Calibrate() { Commands.Calibrate(); }
    }
}
