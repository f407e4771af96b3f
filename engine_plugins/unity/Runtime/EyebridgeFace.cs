using System.Collections.Generic;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// Moves an avatar's blendshapes. Put it on the avatar; it finds the meshes and the names by itself.
    /// </summary>
    [AddComponentMenu("Eyebridge/Eyebridge Face")]
    [DisallowMultipleComponent]
    public sealed class EyebridgeFace : EyebridgeDriver
    {
        [SerializeField, Tooltip("Empty: the preset that fits the meshes best.")]
        FaceMapping mapping = null;

        [SerializeField, Tooltip("Empty: all below this object that have blendshapes.")]
        SkinnedMeshRenderer[] renderers = new SkinnedMeshRenderer[0];

        [SerializeField, Range(0, 2), Tooltip("0 leaves the face as it is, 1 shows it as sent.")]
        float strength = 1;

        [SerializeField, Tooltip("Off: the pose below is shown, which a recorded clip or Timeline animates.")]
        bool live = true;

        [SerializeField, Tooltip("What is shown now.")]
        FacePose pose = new FacePose();

        readonly float[] weights = new float[Protocol.WeightCount];
        FacePose restPose;
        FaceMapping boundMapping;
        bool restsPose;
        int boundRevision;

        /// <summary>What was found on the meshes; null while the face does not run.</summary>
        public FaceBinding Binding { get; private set; }

        public FaceMapping Mapping
        {
            get { return mapping; }
            set { mapping = value; }
        }

        public bool Live
        {
            get { return live; }
            set { live = value; }
        }

        public FacePose Pose
        {
            get { return pose; }
            set { pose = value; }
        }

        int Revision { get { return mapping != null ? mapping.Revision : 0; } }

        public override void Show(float[] values)
        {
            if (boundMapping != mapping || boundRevision != Revision) Again();
            if (live) pose.Read(values, Protocol.Weights);
            pose.Write(weights);
            Binding.Apply(weights, strength);
        }

        /// <summary>Looks for the meshes again, after some were added or replaced.</summary>
        public void Rebind()
        {
            if (Binding != null) Again();
        }

        protected override void Remember()
        {
            Binding = new FaceBinding(renderers.Length > 0 ? renderers : MeshesBelow(), mapping);
            boundMapping = mapping;
            boundRevision = Revision;
            restPose = pose;
            restsPose = live;
        }

        protected override void Restore()
        {
            Binding.Restore();
            Binding = null;
            // A pose that an animation wrote is the animation's to put back.
            if (restsPose) pose = restPose;
        }

        IList<SkinnedMeshRenderer> MeshesBelow()
        {
            var meshes = new List<SkinnedMeshRenderer>(GetComponentsInChildren<SkinnedMeshRenderer>(true));
            meshes.RemoveAll(renderer => renderer.sharedMesh == null || renderer.sharedMesh.blendShapeCount == 0);
            return meshes;
        }
    }
}
