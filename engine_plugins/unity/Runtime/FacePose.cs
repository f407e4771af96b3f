using System;

namespace Eyebridge
{
    /// <summary>
    /// ARKit's 52 weights, 0 to 1, as fields: Unity animates and records fields of a component, but not the elements of
    /// an array.
    /// </summary>
    [Serializable]
    public struct FacePose
    {
        public float eyeBlinkLeft, eyeLookDownLeft, eyeLookInLeft, eyeLookOutLeft, eyeLookUpLeft, eyeSquintLeft,
            eyeWideLeft, eyeBlinkRight, eyeLookDownRight, eyeLookInRight, eyeLookOutRight, eyeLookUpRight,
            eyeSquintRight, eyeWideRight;
        public float jawForward, jawLeft, jawRight, jawOpen, mouthClose, mouthFunnel, mouthPucker, mouthLeft,
            mouthRight, mouthSmileLeft, mouthSmileRight, mouthFrownLeft, mouthFrownRight, mouthDimpleLeft,
            mouthDimpleRight, mouthStretchLeft, mouthStretchRight, mouthRollLower, mouthRollUpper, mouthShrugLower,
            mouthShrugUpper, mouthPressLeft, mouthPressRight, mouthLowerDownLeft, mouthLowerDownRight,
            mouthUpperUpLeft, mouthUpperUpRight;
        public float browDownLeft, browDownRight, browInnerUp, browOuterUpLeft, browOuterUpRight;
        public float cheekPuff, cheekSquintLeft, cheekSquintRight;
        public float noseSneerLeft, noseSneerRight;
        public float tongueOut;

        /// <summary>The weight at an index of <see cref="Protocol.WeightNames"/>.</summary>
        public static ref float At(ref FacePose pose, int index)
        {
            switch (index)
            {
                case 0: return ref pose.eyeBlinkLeft;
                case 1: return ref pose.eyeLookDownLeft;
                case 2: return ref pose.eyeLookInLeft;
                case 3: return ref pose.eyeLookOutLeft;
                case 4: return ref pose.eyeLookUpLeft;
                case 5: return ref pose.eyeSquintLeft;
                case 6: return ref pose.eyeWideLeft;
                case 7: return ref pose.eyeBlinkRight;
                case 8: return ref pose.eyeLookDownRight;
                case 9: return ref pose.eyeLookInRight;
                case 10: return ref pose.eyeLookOutRight;
                case 11: return ref pose.eyeLookUpRight;
                case 12: return ref pose.eyeSquintRight;
                case 13: return ref pose.eyeWideRight;
                case 14: return ref pose.jawForward;
                case 15: return ref pose.jawLeft;
                case 16: return ref pose.jawRight;
                case 17: return ref pose.jawOpen;
                case 18: return ref pose.mouthClose;
                case 19: return ref pose.mouthFunnel;
                case 20: return ref pose.mouthPucker;
                case 21: return ref pose.mouthLeft;
                case 22: return ref pose.mouthRight;
                case 23: return ref pose.mouthSmileLeft;
                case 24: return ref pose.mouthSmileRight;
                case 25: return ref pose.mouthFrownLeft;
                case 26: return ref pose.mouthFrownRight;
                case 27: return ref pose.mouthDimpleLeft;
                case 28: return ref pose.mouthDimpleRight;
                case 29: return ref pose.mouthStretchLeft;
                case 30: return ref pose.mouthStretchRight;
                case 31: return ref pose.mouthRollLower;
                case 32: return ref pose.mouthRollUpper;
                case 33: return ref pose.mouthShrugLower;
                case 34: return ref pose.mouthShrugUpper;
                case 35: return ref pose.mouthPressLeft;
                case 36: return ref pose.mouthPressRight;
                case 37: return ref pose.mouthLowerDownLeft;
                case 38: return ref pose.mouthLowerDownRight;
                case 39: return ref pose.mouthUpperUpLeft;
                case 40: return ref pose.mouthUpperUpRight;
                case 41: return ref pose.browDownLeft;
                case 42: return ref pose.browDownRight;
                case 43: return ref pose.browInnerUp;
                case 44: return ref pose.browOuterUpLeft;
                case 45: return ref pose.browOuterUpRight;
                case 46: return ref pose.cheekPuff;
                case 47: return ref pose.cheekSquintLeft;
                case 48: return ref pose.cheekSquintRight;
                case 49: return ref pose.noseSneerLeft;
                case 50: return ref pose.noseSneerRight;
                case 51: return ref pose.tongueOut;
                default: throw new ArgumentOutOfRangeException("index");
            }
        }

        /// <summary>Takes 52 weights from an array.</summary>
        public void Read(float[] weights, int first)
        {
            for (var n = 0; n < Protocol.WeightCount; n++) At(ref this, n) = weights[first + n];
        }

        /// <summary>Puts 52 weights into an array.</summary>
        public void Write(float[] weights)
        {
            for (var n = 0; n < Protocol.WeightCount; n++) weights[n] = At(ref this, n);
        }
    }
}
