using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// Runs the drivers in edit mode. They change the scene without marking it dirty, and stop, putting everything
    /// back, before anything is saved, reloaded or played.
    /// </summary>
    [InitializeOnLoad]
    public static class EditPreview
    {
        const string Key = "Eyebridge.EditPreview";

        static bool moved;

        static EditPreview()
        {
            EditorApplication.update += Tick;
            EditorApplication.playModeStateChanged += change => Pause();
            EditorApplication.quitting += Stop;
            AssemblyReloadEvents.beforeAssemblyReload += Stop;
            EditorSceneManager.sceneSaving += (scene, path) => Pause();
            PrefabStage.prefabSaving += root => Pause();
            ResumeSoon();
        }

        /// <summary>The artist's choice, kept on this computer; on unless they switch it off.</summary>
        public static bool IsOn
        {
            get { return EditorPrefs.GetBool(Key, true); }
            set
            {
                EditorPrefs.SetBool(Key, value);
                Resume();
            }
        }

        // Resumes after Unity has done what it announced, and also where it then did not do it.
        static void Pause()
        {
            Stop();
            ResumeSoon();
        }

        static void ResumeSoon()
        {
            EditorApplication.delayCall -= Resume;
            EditorApplication.delayCall += Resume;
        }

        static void Stop() { EyebridgeDriver.PreviewsInEditMode = false; }

        static void Resume()
        {
            EyebridgeDriver.PreviewsInEditMode = IsOn && !EditorApplication.isPlayingOrWillChangePlaymode;
        }

        // Unity draws the scene in edit mode only when it is asked to, so the editor rests while nothing comes. Once
        // more after the last move: the window, which looks at the same line, may have brought it to its end.
        static void Tick()
        {
            if (!EyebridgeDriver.PreviewsInEditMode) return;
            var moves = Line.AnyMoves(Time.realtimeSinceStartupAsDouble);
            if (moves || moved)
            {
                EditorApplication.QueuePlayerLoopUpdate();
                SceneView.RepaintAll();
            }
            moved = moves;
        }
    }
}
