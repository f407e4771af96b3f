using System;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>Turns an avatar's eye bones where the wearer looks.</summary>
    /// <remarks>
    /// The bones' own axes do not matter: they turn about the axes of <c>facing</c>, as these lay to the bones' parents
    /// when the driver started, and follow the head from then on.
    /// </remarks>
    [AddComponentMenu("Eyebridge/Eyebridge Gaze")]
    [DisallowMultipleComponent]
    public sealed class EyebridgeGaze : EyebridgeDriver
    {
        static readonly string[] LeftNames =
            { "LeftEye", "Left_Eye", "Eye_L", "Eye.L", "EyeLeft", "J_Adj_L_FaceEye", "FACIAL_L_Eye" };

        static readonly string[] RightNames =
            { "RightEye", "Right_Eye", "Eye_R", "Eye.R", "EyeRight", "J_Adj_R_FaceEye", "FACIAL_R_Eye" };

        [SerializeField, Tooltip("The avatar's own left. Empty: the humanoid's eye, or a bone with a usual name.")]
        Transform leftEye = null;

        [SerializeField] Transform rightEye = null;

        [SerializeField, Tooltip("Its blue arrow points where the face looks. Empty: this object.")]
        Transform facing = null;

        [SerializeField, Range(0, 2)] float strength = 1;

        [SerializeField, Range(0, 90), Tooltip("Degrees that an eye turns at most to a side.")]
        float yawLimit = 35;

        [SerializeField, Range(0, 90), Tooltip("Degrees that an eye turns at most up or down.")]
        float pitchLimit = 25;

        [SerializeField, Tooltip("Off: the angles below are shown, which a recorded clip or Timeline animates.")]
        bool live = true;

        [SerializeField, Tooltip("Yaw towards the wearer's left and pitch up, degrees.")]
        Vector2 left = new Vector2(), right = new Vector2();

        Eye leftBone, rightBone;
        Vector2 restLeft, restRight;
        bool restsAngles;

        public override void Show(float[] values)
        {
            if (live)
            {
                var n = Protocol.Gaze;
                left = new Vector2(values[n], values[n + 1]);
                right = new Vector2(values[n + 2], values[n + 3]);
            }
            leftBone.Turn(Limited(left));
            rightBone.Turn(Limited(right));
        }

        protected override void Remember()
        {
            var frame = facing != null ? facing : transform;
            leftBone = new Eye(leftEye != null ? leftEye : Find(HumanBodyBones.LeftEye, LeftNames), frame);
            rightBone = new Eye(rightEye != null ? rightEye : Find(HumanBodyBones.RightEye, RightNames), frame);
            restLeft = left;
            restRight = right;
            restsAngles = live;
        }

        protected override void Restore()
        {
            leftBone.Restore();
            rightBone.Restore();
            if (!restsAngles) return;
            left = restLeft;
            right = restRight;
        }

        Vector2 Limited(Vector2 turn)
        {
            return new Vector2(Mathf.Clamp(turn.x * strength, -yawLimit, yawLimit),
                Mathf.Clamp(turn.y * strength, -pitchLimit, pitchLimit));
        }

        Transform Find(HumanBodyBones bone, string[] names)
        {
            var animator = GetComponentInChildren<Animator>();
            if (animator != null && animator.isHuman && animator.GetBoneTransform(bone) != null)
                return animator.GetBoneTransform(bone);
            foreach (var child in GetComponentsInChildren<Transform>(true))
                if (Array.Exists(names, name => string.Equals(name, child.name, StringComparison.OrdinalIgnoreCase)))
                    return child;
            return null;
        }

        /// <summary>One eye bone, or none.</summary>
        struct Eye
        {
            readonly Transform bone;
            readonly Quaternion rest;

            // The rotation from the axes of the face to those of the bone's parent.
            readonly Quaternion axes;

            public Eye(Transform bone, Transform facing)
            {
                this.bone = bone;
                rest = bone != null ? bone.localRotation : Quaternion.identity;
                var parent = bone != null && bone.parent != null ? bone.parent.rotation : Quaternion.identity;
                axes = Quaternion.Inverse(parent) * facing.rotation;
            }

            /// <summary>PROTOCOL.md, "Turning eyes": by the pitch about right, then by the yaw about up.</summary>
            public void Turn(Vector2 degrees)
            {
                // Unity's axes are left-handed: a positive turn about up goes to the right, one about right goes down.
                var turn = Quaternion.AngleAxis(-degrees.x, Vector3.up)
                    * Quaternion.AngleAxis(-degrees.y, Vector3.right);
                if (bone != null) bone.localRotation = axes * turn * Quaternion.Inverse(axes) * rest;
            }

            public void Restore()
            {
                if (bone != null) bone.localRotation = rest;
            }
        }
    }
}
