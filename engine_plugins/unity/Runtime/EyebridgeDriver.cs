using System.Collections.Generic;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// Shows frames on something in the scene and puts everything back when it is switched off. Derive from it to drive
    /// what this package does not know.
    /// </summary>
    /// <remarks>
    /// In play mode a driver runs while it is enabled. In edit mode it runs while the preview is on, and what it
    /// changes is put back before Unity saves, so that nothing of it reaches a file.
    /// </remarks>
    [ExecuteAlways]
    public abstract class EyebridgeDriver : MonoBehaviour
    {
        [SerializeField, Tooltip("Empty: eyebridge on this computer, at its usual port.")]
        EyebridgeReceiver receiver = null;

        static readonly List<EyebridgeDriver> Enabled = new List<EyebridgeDriver>();
        static bool previewsInEditMode;

        bool edited;

        /// <summary>Whether drivers run in edit mode; the editor's preview switches it.</summary>
        public static bool PreviewsInEditMode
        {
            get { return previewsInEditMode; }
            internal set
            {
                previewsInEditMode = value;
                foreach (var driver in Enabled.ToArray()) driver.Run(driver.MayRun);
            }
        }

        /// <summary>The line that this driver shows; null while it does not run.</summary>
        public Line Line { get; private set; }

        bool MayRun { get { return previewsInEditMode || Application.IsPlaying(this); } }

        Endpoint Endpoint { get { return receiver != null ? receiver.Endpoint : Endpoint.Default; } }

        /// <summary>
        /// Shows values laid out as <see cref="Frame.Values"/>; the tables of Protocol say where each one is.
        /// </summary>
        public abstract void Show(float[] values);

        /// <summary>Called before the first Show: note what Show will change.</summary>
        protected abstract void Remember();

        /// <summary>Called after the last Show: put it back exactly.</summary>
        protected abstract void Restore();

        /// <summary>
        /// Puts everything back and begins anew, after something that Remember looks at was replaced.
        /// </summary>
        protected void Again()
        {
            Restore();
            Remember();
            edited = false;
        }

        protected virtual void OnEnable()
        {
            Enabled.Add(this);
            Run(MayRun);
        }

        protected virtual void OnDisable()
        {
            Enabled.Remove(this);
            Run(false);
        }

        // Late, so that it has the last word over animation.
        void LateUpdate()
        {
            if (Line == null) return;
            if (!Line.Endpoint.Equals(Endpoint))
            {
                Line.Release();
                Line = Line.Acquire(Endpoint);
            }
            if (edited) Again();
            Line.Advance(Time.realtimeSinceStartupAsDouble);
            Show(Line.Values);
        }

        // What the inspector changed takes effect at the next frame: Unity forbids much inside of OnValidate.
        protected virtual void OnValidate() { edited = true; }

        void Run(bool on)
        {
            if (on == (Line != null)) return;
            if (on)
            {
                Line = Line.Acquire(Endpoint);
                Remember();
                return;
            }
            Restore();
            Line.Release();
            Line = null;
        }
    }
}
