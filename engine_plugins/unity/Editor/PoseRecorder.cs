using System;
using UnityEditor;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// Records a face into an animation clip for an Animator or Timeline: the 52 fields of its pose, and Live off, so
    /// that the clip and not the wearer moves the face while it plays.
    /// </summary>
    public sealed class PoseRecorder
    {
        const float Tolerance = 0.001f;

        static PoseRecorder running;

        readonly EyebridgeFace face;
        readonly double start;
        readonly AnimationCurve[] curves = new AnimationCurve[Protocol.WeightCount];
        readonly float[] last = new float[Protocol.WeightCount];
        float lastTime;

        /// <param name="time">Seconds; that of the clip's beginning.</param>
        public PoseRecorder(EyebridgeFace face, double time)
        {
            this.face = face;
            start = time;
            for (var n = 0; n < curves.Length; n++) curves[n] = new AnimationCurve();
        }

        /// <summary>Takes the pose that is shown now; a weight that has not changed takes no key.</summary>
        public void Take(double time)
        {
            var pose = face.Pose;
            var now = (float)(time - start);
            for (var n = 0; n < curves.Length; n++)
            {
                var weight = FacePose.At(ref pose, n);
                if (curves[n].length > 0 && Math.Abs(weight - last[n]) < Tolerance) continue;
                // A weight that begins to move does so now, and not all the way since its last key.
                if (curves[n].length > 0) curves[n].AddKey(lastTime, last[n]);
                curves[n].AddKey(now, weight);
                last[n] = weight;
            }
            lastTime = now;
        }

        /// <summary>The clip so far, for the object that the face is on.</summary>
        public AnimationClip Clip()
        {
            var clip = new AnimationClip { frameRate = 60 };
            for (var n = 0; n < curves.Length; n++)
            {
                curves[n].AddKey(lastTime, last[n]);
                MakeStraight(curves[n]);
                clip.SetCurve("", typeof(EyebridgeFace), "pose." + Protocol.WeightNames[n], curves[n]);
            }
            clip.SetCurve("", typeof(EyebridgeFace), "live", AnimationCurve.Constant(0, lastTime, 0));
            return clip;
        }

        // Smooth tangents, which new keys have, swing beyond the keys where a weight begins and ends to move.
        static void MakeStraight(AnimationCurve curve)
        {
            for (var key = 0; key < curve.length; key++)
            {
                AnimationUtility.SetKeyLeftTangentMode(curve, key, AnimationUtility.TangentMode.Linear);
                AnimationUtility.SetKeyRightTangentMode(curve, key, AnimationUtility.TangentMode.Linear);
            }
        }

        /// <summary>The button of the window.</summary>
        public static void Draw(EyebridgeFace face)
        {
            if (running == null && GUILayout.Button("Record an animation clip")) Begin(face);
            else if (running != null && GUILayout.Button("Stop recording")) End();
        }

        static void Begin(EyebridgeFace face)
        {
            running = new PoseRecorder(face, Time.realtimeSinceStartupAsDouble);
            EditorApplication.update += TakeNow;
        }

        static void End()
        {
            EditorApplication.update -= TakeNow;
            var path = EditorUtility.SaveFilePanelInProject("Save the clip", "Face", "anim", "Where the clip goes.");
            if (!string.IsNullOrEmpty(path)) AssetDatabase.CreateAsset(running.Clip(), path);
            running = null;
        }

        static void TakeNow()
        {
            if (running.face != null) running.Take(Time.realtimeSinceStartupAsDouble);
            else End();
        }
    }
}
